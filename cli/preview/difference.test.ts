import { difference, losesData } from "./difference";
import { type Rendered, type Rendering, type Value, fingerprint, knownLater } from "./rendering";

const image = "docker:index/remoteImage:RemoteImage";
const container = "docker:index/container:Container";
const volume = "docker:index/volume:Volume";
const network = "docker:index/network:Network";

const resource = (type: string, name: string, more: Partial<Rendered> = {}): Rendered => ({
  urn: `urn:${type}::${name}`,
  type,
  name,
  properties: {},
  madeOf: {},
  holdsData: false,
  deleteBeforeReplace: false,
  replaceOnChanges: [],
  ignoreChanges: [],
  replaceWith: [],
  aliases: [],
  ...more,
});
const store = (properties: Record<string, Value>, more: Partial<Rendered> = {}) =>
  resource(container, "store", { properties, ...more });
const rendering = (...resources: Rendered[]): Rendering => ({ resources, outputs: {} });
const between = (before: Rendered[], after: Rendered[]) =>
  difference(rendering(...before), rendering(...after));

describe("the difference between two renderings", () => {
  it("is empty for the same program, in whatever order it registers", () => {
    const [a, b] = [resource(volume, "a"), resource(volume, "b")];
    expect(between([a, b], [b, a])).toEqual({ resources: [], outputs: [], unchanged: 2 });
  });

  it("tells what is added and removed", () => {
    const { resources, unchanged } = between(
      [resource(volume, "old"), resource(volume, "same")],
      [resource(volume, "same"), resource(volume, "new")],
    );
    expect(resources).toMatchObject([
      { kind: "added", name: "new" },
      { kind: "removed", name: "old" },
    ]);
    expect(unchanged).toBe(1);
  });

  it("knows a resource by its aliases", () => {
    const { resources } = between(
      [resource(volume, "old")],
      [resource(volume, "new", { aliases: [`urn:${volume}::old`] })],
    );
    expect(resources).toEqual([]);
  });

  it.each<[string, string, Value, Value]>([
    ["changed", "memory", 256, 384],
    ["replaced", "command", ["a"], ["b"]],
  ])("is %s for a container's %s", (kind, property, before, after) => {
    const { resources } = between([store({ [property]: before })], [store({ [property]: after })]);
    expect(resources).toMatchObject([
      { kind, changes: [{ path: property, before, after, replaces: kind === "replaced" }] },
    ]);
  });

  it("replaces whatever it doesn't know", () => {
    const [before, after] = ["a", "b"].map((name) =>
      resource("new:index:Thing", "x", { properties: { name } }),
    );
    expect(between([before!], [after!]).resources).toMatchObject([{ kind: "replaced" }]);
  });

  it("names the place deep within a property", () => {
    const ports = (external: number) => [
      { internal: 1, external: 1 },
      { internal: 2, external },
    ];
    const { resources } = between([store({ ports: ports(2) })], [store({ ports: ports(3) })]);
    expect(resources[0]!.changes).toEqual([
      { path: "ports[1].external", before: 2, after: 3, replaces: true },
    ]);
  });

  it("goes by the program's options", () => {
    const options = { replaceOnChanges: ["tmpfs"], ignoreChanges: ["labels"] };
    const of = (size: string, label: string) =>
      store({ tmpfs: { "/tmp": size }, labels: { label }, labelsToo: "x" }, options);
    const { resources } = between([of("1m", "a")], [of("2m", "b")]);
    expect(resources).toMatchObject([{ kind: "replaced", changes: [{ path: "tmpfs./tmp" }] }]);
  });

  it("sees that a secret is another one", () => {
    const of = (hash: string) => store({ envs: [`TOKEN=(secret)${fingerprint(hash)}`] });
    expect(between([of("aa")], [of("aa")]).resources).toEqual([]);
    expect(between([of("aa")], [of("bb")]).resources).toMatchObject([{ kind: "replaced" }]);
  });

  it("follows what is made of something that is replaced", () => {
    const of = (name: string) => [
      resource(image, "image", { properties: { name } }),
      store({ image: `(${knownLater})` }, { madeOf: { image: [`urn:${image}::image`] } }),
    ];
    const { resources } = between(of("a:1"), of("a:2"));
    expect(resources).toMatchObject([
      {
        name: "store",
        kind: "replaced",
        changes: [{ path: "image", because: "docker RemoteImage image", replaces: true }],
      },
      { name: "image", kind: "replaced" },
    ]);
  });

  it("lets go of what is deleted before it is made anew, also where its name stays", () => {
    const of = (internal: boolean, deleteBeforeReplace: boolean) => [
      resource(network, "net", { properties: { name: "net", internal }, deleteBeforeReplace }),
      store({ networks: ["net"] }, { madeOf: { networks: [`urn:${network}::net`] } }),
    ];
    const names = (deletedFirst: boolean) =>
      between(of(true, deletedFirst), of(false, deletedFirst)).resources.map(({ name }) => name);
    expect(names(true)).toEqual(["store", "net"]);
    expect(names(false)).toEqual(["net"]);
  });

  it("replaces what is bound to something that is replaced", () => {
    const of = (trigger: string) => [
      resource("command:local:Command", "gate", { properties: { triggers: [trigger] } }),
      resource(volume, "data", {
        holdsData: true,
        replaceWith: ["urn:command:local:Command::gate"],
      }),
    ];
    const found = between(of("a"), of("b"));
    expect(found.resources).toMatchObject([
      { name: "gate", kind: "replaced" },
      { name: "data", kind: "replaced", losesData: true },
    ]);
  });

  it("compares what the stack tells", () => {
    const told = (url: string): Rendering => ({ resources: [], outputs: { endpoints: { url } } });
    expect(difference(told("a"), told("b")).outputs).toMatchObject([
      { path: "endpoints.url", before: "a", after: "b" },
    ]);
  });
});

describe("data is in danger", () => {
  const data = (name: string, holdsData = true) =>
    resource(volume, "data", { properties: { name }, holdsData });

  it.each([
    ["replaced", [data("a")], [data("b")], true],
    ["replaced, and kept no longer", [data("a")], [data("b", false)], true],
    ["removed", [data("a")], [], true],
    ["unchanged", [data("a")], [data("a")], false],
    ["added", [], [data("a")], false],
    ["without data", [data("a", false)], [], false],
  ])("or not, by what becomes of its volume: %s", (_, before, after, expected) => {
    expect(losesData(between(before, after))).toBe(expected);
  });
});
