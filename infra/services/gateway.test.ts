import { readConfig } from "../config";
import { textOf } from "./env-value";
import { gateway, healthUrl, probedServices } from "./gateway";
import type { NetworkName, Port, ServiceSpec } from "./service-spec";

const { ports } = readConfig({});
const off = { ports, tls: "off", domain: "" } as const;
const internal = { ...off, tls: "internal" } as const;
const acme = { ...off, tls: "acme", domain: "loop.example.org" } as const;

const service = (
  name: string,
  given: readonly Port[],
  more: Partial<ServiceSpec> = {},
): ServiceSpec => ({
  kind: "service",
  name,
  summary: `${name.toUpperCase()}: for a test`,
  image: "frontend",
  env: {},
  ports: [...given],
  volumes: [],
  networks: ["web"],
  after: [],
  health: { command: [], everySeconds: 1, timeoutSeconds: 1, retries: 1, startPeriodSeconds: 1 },
  memoryMiB: 64,
  cpus: 1,
  cpuShares: 1024,
  pidsLimit: 64,
  tmpfs: {},
  stopGraceSeconds: 1,
  ...more,
});
const port = (name: Port["name"], number: number, more: Partial<Port> = {}): Port => ({
  name,
  number,
  open: "students",
  protocol: "http",
  ...more,
});

const portal = service("portal", [port("portal", 3000)], { healthPath: "/readyz" });
const minio = service(
  "minio",
  [port("objectStore", 9000, { open: "inside" }), port("minio", 9001)],
  { healthPath: "/minio/health/ready" },
);
const jupyter = service("jupyter", [port("jupyter", 8888)], {
  networks: ["notebooks", "notebook-web"] as NetworkName[],
});
const postgres = service("postgres", [port("postgres", 5432, { protocol: "postgresql" })], {
  networks: ["edge"],
});
const specs = [postgres, minio, jupyter, portal];

interface Caddy {
  apps: { http: { servers: Record<string, { listen: string[] }> }; tls?: unknown; pki?: unknown };
}
const resolved = (spec: ServiceSpec, name: string) =>
  JSON.parse(textOf(spec.env[name]!, () => "198.51.100.7")) as unknown;
const caddy = (spec: ServiceSpec) => resolved(spec, "GATEWAY_CONFIG") as Caddy;
const listening = (spec: ServiceSpec) =>
  Object.fromEntries(
    Object.entries(caddy(spec).apps.http.servers).map(([name, { listen }]) => [name, listen]),
  );

describe("the gateway", () => {
  it.each([
    ["off", off],
    ["internal", internal],
    ["acme", acme],
  ])("is as reviewed, tls: %s", (_, config) => {
    expect(gateway(specs, config)).toMatchSnapshot();
  });

  it("listens on the host's port of each open HTTP endpoint, and for the portal", () => {
    const outside = (number: number) => [`{env.GATEWAY_OUTSIDE}:${number}`];
    expect(listening(gateway(specs, off))).toEqual({
      minio: outside(9001),
      jupyter: outside(8888),
      portal: outside(8090),
      probes: ["{env.GATEWAY_INSIDE}:8099", "127.0.0.1:8099"],
    });
  });

  it("publishes just those, under the same number, and with tls: acme those of the authority", () => {
    const same = (...numbers: number[]) =>
      numbers.map((number) => ({ host: number, container: number }));
    expect(gateway(specs, off).published).toEqual(same(9001, 8888, 8090));
    expect(gateway(specs, internal).published).toEqual(same(9001, 8888, 8090));
    expect(gateway(specs, acme).published).toEqual(same(9001, 8888, 8090, 80, 443));
  });

  it("joins the network of notebooks only where there are some, and has a way out only for certificates", () => {
    expect(gateway(specs, internal).networks).toEqual(["web", "notebook-web", "edge"]);
    expect(gateway([portal], internal).networks).toEqual(["web", "edge"]);
    expect(gateway([portal], acme).networks).toEqual(["web", "outside"]);
  });

  it("certifies the host's address and localhost, where the authority is its own", () => {
    expect(resolved(gateway(specs, internal), "GATEWAY_NAMES")).toEqual([
      "198.51.100.7",
      "localhost",
    ]);
    for (const config of [off, acme]) {
      expect(gateway(specs, config).env).not.toHaveProperty("GATEWAY_NAMES");
      expect(caddy(gateway(specs, config)).apps).not.toHaveProperty("pki");
    }
    expect(caddy(gateway(specs, off)).apps).not.toHaveProperty("tls");
  });

  it("leads whoever comes by the bare name to the portal, if there is one", () => {
    const redirect = "https://loop.example.org:8090/";
    expect(JSON.stringify(caddy(gateway(specs, acme)))).toContain(redirect);
    expect(JSON.stringify(caddy(gateway([minio], acme)))).not.toContain(redirect);
  });

  it("takes the host's own name where the configuration has none", () => {
    const spec = gateway(specs, { ...acme, domain: "" });
    const text = textOf(spec.env["GATEWAY_CONFIG"]!, (reference) =>
      "publicUrl" in reference ? "https://host.example.org:8090" : "host.example.org",
    );
    expect(text).toContain('"automate":["host.example.org"]');
    expect(text).toContain('"Location":["https://host.example.org:8090"]');
  });

  it("finds its network `web` by those that are on it", () => {
    expect(resolved(gateway(specs, off), "GATEWAY_NEIGHBOURS")).toEqual(["minio", "portal"]);
  });
});

describe("health behind the gateway", () => {
  it("is asked by the first open endpoint of each service that tells it", () => {
    expect([...probedServices(specs)]).toEqual([
      ["minio", minio],
      ["portal", portal],
    ]);
    expect(healthUrl("minio")).toBe("http://gateway:8099/health/minio");
    const inspected = JSON.stringify(caddy(gateway(specs, off)).apps.http.servers["probes"]);
    expect(inspected).toContain('"path":["/health/minio"]');
    // Its first port, which isn't the one that is open.
    expect(inspected).toContain('"name":"minio","port":9000');
  });
});
