import fc from "fast-check";
import { readConfig } from "../config";
import { type Spec, catalogue, inStartOrder } from "./catalogue";
import { provisionPlan } from "./provision";

const specs = catalogue(readConfig({}));
const job = (name: string, after: string[]): Spec => ({
  kind: "job",
  name,
  after,
  image: "provision",
  env: {},
  networks: [],
  memoryMiB: 64,
  cpus: 1,
  cpuShares: 512,
  pidsLimit: 64,
  tmpfs: {},
});

describe("the catalogue", () => {
  it.each(specs.map((spec): [string, Spec] => [spec.name, spec]))(
    "%s is as reviewed",
    (_, spec) => {
      expect(spec).toMatchSnapshot();
    },
  );

  it("is plain JSON", () => {
    expect(JSON.parse(JSON.stringify(specs))).toEqual(specs);
  });

  it("holds no secret, only references", () => {
    const secrets = specs.flatMap(({ env }) =>
      Object.entries(env).filter(([name]) => /(PASSWORD|SECRET|TOKEN)$/.test(name)),
    );
    expect(secrets.length).toBeGreaterThan(8);
    for (const [, value] of secrets)
      expect(value).toEqual({ secret: expect.any(String) as string });
  });

  it("shares a network between each service and what it waits for or calls", () => {
    const byName = new Map(specs.map((spec) => [spec.name, spec]));
    const calls = specs.flatMap((spec) =>
      Object.values(spec.env).flatMap((value): [Spec, Spec][] =>
        typeof value === "object" && "url" in value ? [[spec, byName.get(value.url)!]] : [],
      ),
    );
    expect(calls.length).toBeGreaterThan(3);
    for (const [from, to] of calls)
      expect(from.networks.filter((network) => to.networks.includes(network))).not.toEqual([]);
  });

  it("publishes by the gateway alone, on the one network that has a way in", () => {
    const publishing = specs.filter((spec) => "published" in spec && spec.published);
    expect(publishing.map(({ name }) => name)).toEqual(["gateway"]);
    expect(specs.filter(({ networks }) => networks.includes("edge"))).toEqual(publishing);
  });

  it("publishes PostgreSQL past the gateway, where the configuration opens it", () => {
    const opened = catalogue(readConfig({ open: '["postgres"]', ports: '{"postgres":5433}' }));
    expect(opened.find(({ name }) => name === "postgres")).toMatchObject({
      published: [{ host: 5433, container: 5432 }],
      networks: expect.arrayContaining(["edge"]) as unknown,
    });
  });

  it("puts whatever is open where the gateway reaches it, and nothing else", () => {
    const isOpen = (spec: Spec) =>
      spec.kind === "service" && spec.ports.some(({ open }) => open === "students");
    for (const spec of specs.filter(({ name }) => name !== "gateway"))
      expect({ spec: spec.name, web: spec.networks.some((name) => /web$/.test(name)) }).toEqual({
        spec: spec.name,
        web: isOpen(spec),
      });
  });

  it.each([
    ["[]", ["frontend", "gateway", "inference", "minio", "portal", "postgres"]],
    ['["jupyter"]', ["frontend", "gateway", "inference", "jupyter", "minio", "portal", "postgres"]],
  ])("leaves out the components that aren't in %s", (components, names) => {
    const chosen = catalogue(readConfig({ components }));
    const services = chosen.filter(({ kind }) => kind === "service");
    expect(services.map(({ name }) => name).sort()).toEqual(names);
    const members = chosen.flatMap(({ networks }) => networks);
    for (const network of new Set(members))
      expect([network, members.filter((name) => name === network).length > 1]).toEqual([
        network,
        network !== "edge",
      ]);
  });

  it("runs each of its images' programs in a stack of one component, too", () => {
    for (const component of ["labelStudio", "airflow", "jupyter"])
      expect(() => catalogue(readConfig({ components: `["${component}"]` }))).not.toThrow();
  });

  it("keeps the inference API inside unless it is opened", () => {
    const closed = catalogue(readConfig({ open: "[]" })).find(({ name }) => name === "inference");
    expect(closed).toMatchObject({ ports: [{ open: "inside" }] });
    expect(closed!.networks).not.toContain("web");
  });

  it("opens one port of a service and leaves its others inside", () => {
    const minio = catalogue(readConfig({ open: '["objectStore"]' })).find(
      ({ name }) => name === "minio",
    );
    expect(minio).toMatchObject({ ports: [{ open: "students" }, { open: "students" }] });
    const plain = catalogue(readConfig({})).find(({ name }) => name === "minio");
    expect(plain).toMatchObject({ ports: [{ open: "inside" }, { open: "students" }] });
  });

  it("lives in 3 GiB with all limits added up", () => {
    const services = specs.filter(({ kind }) => kind === "service");
    expect(services.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0)).toBeLessThanOrEqual(3072);
  });
});

describe("the start order", () => {
  it("puts each spec behind all that it waits for, whatever the order it is given in", () => {
    const shuffled = fc.shuffledSubarray([...specs], { minLength: specs.length });
    fc.assert(
      fc.property(shuffled, (given) => {
        const names = inStartOrder(given).map(({ name }) => name);
        expect([...names].sort()).toEqual(specs.map(({ name }) => name).sort());
        for (const { name, after } of given)
          for (const before of after)
            expect(names.indexOf(before)).toBeLessThan(names.indexOf(name));
      }),
    );
  });

  it("names the ring when specs wait for each other", () => {
    expect(() => inStartOrder([job("a", ["b"]), job("b", ["a"])])).toThrow("a → b → a");
  });

  it("names what is waited for in vain", () => {
    expect(() => inStartOrder([job("a", ["nobody"])])).toThrow('a waits for "nobody"');
  });
});

describe("the provision plan", () => {
  it("follows from the needs of all specs", () => {
    expect(provisionPlan(specs)).toMatchSnapshot();
  });

  it("refuses a role that two services would share", () => {
    const shared = { database: { name: "loop", role: "same", tables: {} } };
    const both = [
      { ...job("a", []), needs: shared },
      { ...job("b", []), needs: shared },
    ];
    expect(() => provisionPlan(both)).toThrow('database role "same" is needed by two specs');
  });
});
