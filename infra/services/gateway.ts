// The one way in: Caddy in front of everything that speaks HTTP. It listens on the host's port of each open endpoint, adds
// TLS where the configuration wants it, and passes requests on by the service's name.
import { acmePorts, type Config, type EndpointName } from "../config";
import { type EnvValue, type JsonPart, hostAddress, json, publicUrl } from "./env-value";
import { bashHttpHealth } from "./service-spec";
import type { JobSpec, NetworkName, Port, PublishedPort, ServiceSpec } from "./service-spec";

type GatewayConfig = Pick<Config, "ports" | "tls" | "domain">;

/** An open HTTP port of a service. */
interface Way {
  endpoint: EndpointName;
  service: ServiceSpec;
  /** The service's own port. */
  number: number;
}

/** For the portal alone; people's ports are on another of the gateway's addresses, so that it may be one of theirs. */
const probePort = 8099;

/** Where the portal asks for the health of the service that has this as its first open HTTP endpoint. */
export const healthUrl = (endpoint: EndpointName) =>
  `http://gateway:${probePort}/health/${endpoint}`;

/** Services that the portal can ask for by `healthUrl`, by endpoint. */
export function probedServices(
  specs: readonly (ServiceSpec | JobSpec)[],
): Map<EndpointName, ServiceSpec> {
  const probed = new Map<EndpointName, ServiceSpec>();
  for (const { endpoint, service } of waysTo(specs)) {
    const known = [...probed.values()].includes(service);
    if (service.healthPath !== undefined && !known) probed.set(endpoint, service);
  }
  return probed;
}

export function gateway(
  specs: readonly (ServiceSpec | JobSpec)[],
  config: GatewayConfig,
): ServiceSpec {
  const ways = waysTo(specs);
  return {
    kind: "service",
    name: "gateway",
    summary: "Gateway: the way in to everything that people open in a browser",
    image: "gateway",
    env: environment(specs, ways, config),
    ports: [],
    published: publishedPorts(ways, config),
    // The authority that people trust, and certificates: with a new one they would have to trust again.
    volumes: [{ name: "gateway-data", path: "/data", holdsData: true }],
    networks: networksOf(ways, config),
    // One after the other: where an earlier revision of a service published the port by itself, it gives it up first.
    after: [...new Set(ways.map(({ service }) => service.name))],
    health: bashHttpHealth(probePort, "/livez"),
    memoryMiB: 48,
    cpus: 1,
    cpuShares: 2048,
    pidsLimit: 64,
    tmpfs: { "/tmp": "size=4m" },
    stopGraceSeconds: 20,
  };
}

function waysTo(specs: readonly (ServiceSpec | JobSpec)[]): Way[] {
  const isWay = ({ open, protocol }: Port) => open === "students" && protocol === "http";
  return specs.flatMap((service) =>
    service.kind === "service"
      ? service.ports.filter(isWay).map(({ name, number }) => ({ endpoint: name, service, number }))
      : [],
  );
}

function environment(
  specs: readonly (ServiceSpec | JobSpec)[],
  ways: readonly Way[],
  config: GatewayConfig,
): Record<string, EnvValue> {
  const neighbours = specs.filter(({ kind, networks }) => kind === "service" && onWeb(networks));
  return {
    GATEWAY_CONFIG: json(caddyConfig(specs, ways, config)),
    GATEWAY_NEIGHBOURS: json(neighbours.map(({ name }) => name)),
    ...(config.tls === "internal" && { GATEWAY_NAMES: json(certified) }),
  };
}

const onWeb = (networks: readonly NetworkName[]) => networks.includes("web");

/** Beside the address that people use, the name at which a tunnel ends. */
const certified = [hostAddress(), "localhost"];

/** The gateway gets certificates from outside, over the network that its ports are then published on. */
function networksOf(ways: readonly Way[], { tls }: GatewayConfig): NetworkName[] {
  const inside: NetworkName[] = ["web", "notebook-web"];
  const used = inside.filter(
    (network) =>
      network === "web" || ways.some(({ service }) => service.networks.includes(network)),
  );
  return [...used, tls === "acme" ? "outside" : "edge"];
}

/** The same number outside and inside, so that addresses which a service or redirect names are right in both places. */
function publishedPorts(ways: readonly Way[], { ports, tls }: GatewayConfig): PublishedPort[] {
  const numbers = ways.map(({ endpoint }) => ports[endpoint]);
  return [...numbers, ...(tls === "acme" ? acmePorts : [])].map((number) => ({
    host: number,
    container: number,
  }));
}

/** https://caddyserver.com/docs/json/ */
function caddyConfig(
  specs: readonly (ServiceSpec | JobSpec)[],
  ways: readonly Way[],
  config: GatewayConfig,
): JsonPart {
  const { ports, tls } = config;
  const servers = ways.map((way): [string, JsonPart] => [
    way.endpoint,
    {
      listen: [outside(ports[way.endpoint])],
      ...serverSettings,
      ...encrypted(config),
      ...passedOn(way, config),
    },
  ]);
  return {
    admin: { disabled: true, config: { persist: false } },
    // Both would write whole addresses, and some carry a token; what isn't answered is logged without.
    logging: {
      logs: { default: { exclude: ["http.log.error", "http.handlers.reverse_proxy"] } },
    },
    storage: { module: "file_system", root: "/data/caddy" },
    apps: {
      http: {
        grace_period: "10s",
        servers: {
          ...Object.fromEntries(servers),
          ...(tls === "acme" && challengeServers(config, ways)),
          probes: probes(specs),
        },
      },
      ...certificates(config),
    },
  };
}

/** On the address where published ports arrive, and on that of network `web`; the image's program finds both. */
const outside = (port: number) => `{env.GATEWAY_OUTSIDE}:${port}`;
const inside = (port: number) => `{env.GATEWAY_INSIDE}:${port}`;

const serverSettings = {
  // What a connection may cost is bounded: one of HTTP/2 may hold a megabyte for each upload.
  protocols: ["h1"],
  automatic_https: { disable: true },
  max_header_bytes: 32_768,
  read_header_timeout: "20s",
  // A body may take as long as it likes, while something of it comes.
  read_idle_timeout: "1m",
  write_idle_timeout: "1m",
  // Longer than clients keep connections: one that is closed just as it is used again is an error that they see.
  idle_timeout: "5m",
};

/** Next to the socket, where it sees what waits to be read. */
const counted = { wrapper: "connections" };

/** TLS on a server's ports, where plain HTTP is answered with the address to use instead. */
function encrypted({ tls }: GatewayConfig): Record<string, JsonPart> {
  if (tls === "off") return { listener_wrappers: [counted] };
  return {
    listener_wrappers: [
      counted,
      { wrapper: "http_redirect", max_header_bytes: serverSettings.max_header_bytes },
      { wrapper: "tls" },
    ],
    // Clients that call an address, not a name, don't say which.
    tls_connection_policies: [{ default_sni: hostAddress(), fallback_sni: hostAddress() }],
  };
}

function passedOn({ service, number }: Way, { tls }: GatewayConfig): Record<string, JsonPart> {
  // Not with an authority of our own: a browser lets nobody pass a certificate that it doesn't trust, once it knows this.
  const strict = { set: { "Strict-Transport-Security": ["max-age=2592000"] } };
  const headers = { delete: ["Server", "Via"], ...(tls === "acme" && strict), deferred: true };
  return {
    routes: [
      {
        handle: [
          { handler: "headers", response: headers },
          { handler: "turn" },
          proxy(service.name, number),
        ],
      },
    ],
    errors: { routes: [{ handle: [unreachable(service)] }] },
  };
}

interface Patience {
  answerSeconds: number;
  /** Headers of the request to be set. */
  set?: Record<string, string[]>;
}

function proxy(
  service: string,
  port: number,
  { answerSeconds, set }: Patience = { answerSeconds: 300 },
): JsonPart {
  return {
    handler: "reverse_proxy",
    dynamic_upstreams: { source: "container", name: service, port },
    // Of each direction of a WebSocket.
    stream_buffer_size: 4096,
    headers: { request: { delete: ["Via"], ...(set && { set }) } },
    transport: {
      protocol: "http",
      dial_timeout: "2s",
      response_header_timeout: `${answerSeconds}s`,
      // A kept connection may be closed by the service just as it is used again, and a POST can't be repeated. A new one
      // costs a fraction of a millisecond here.
      keep_alive: { enabled: false },
      compression: false,
    },
  };
}

/** People know it by the first words of its summary. */
const unreachable = ({ summary }: ServiceSpec): JsonPart => ({
  handler: "unreachable",
  service: summary.split(":")[0]!,
});

/** Health of the services, from one place and without a way in for people; of the gateway itself, too. */
function probes(specs: readonly (ServiceSpec | JobSpec)[]): JsonPart {
  const probed = [...probedServices(specs)].map(([endpoint, service]) => ({
    match: [{ path: [`/health/${endpoint}`] }],
    service,
  }));
  return {
    listen: [inside(probePort), `127.0.0.1:${probePort}`],
    ...serverSettings,
    routes: [
      { match: [{ path: ["/livez"] }], handle: [answer(200, "ok\n")], terminal: true },
      ...probed.map(({ match, service }) => ({
        match,
        handle: [{ handler: "rewrite", uri: service.healthPath! }, probe(service)],
        terminal: true,
      })),
      { handle: [answer(404, "no such service\n")] },
    ],
    errors: {
      routes: probed.map(({ match, service }) => ({ match, handle: [unreachable(service)] })),
    },
  };
}

function probe({ name, ports }: ServiceSpec): JsonPart {
  const { number } = ports[0]!;
  // Some services answer to names that they know only.
  const set = { Host: [`${name}:${number}`] };
  return proxy(name, number, { answerSeconds: 10, set });
}

const answer = (status: number, body: string): JsonPart => ({
  handler: "static_response",
  status_code: status,
  body,
});

/** Where the authority looks whether the name is ours; whoever comes there by the bare name is led to the portal. */
function challengeServers(config: GatewayConfig, ways: readonly Way[]): Record<string, JsonPart> {
  const [plain, secure] = acmePorts.map((port) => ({
    // On loopback, too: Caddy looks there whether the port is its own.
    listen: [outside(port), `127.0.0.1:${port}`],
    ...serverSettings,
    routes: [{ handle: [toThePortal(config, ways)] }],
  }));
  return {
    "challenge-http": { ...plain!, listener_wrappers: [counted] },
    "challenge-tls": { ...secure!, ...encrypted(config) },
  };
}

function toThePortal({ domain, ports }: GatewayConfig, ways: readonly Way[]): JsonPart {
  if (!ways.some(({ endpoint }) => endpoint === "portal")) return answer(404, "nothing here\n");
  // Without a domain the name is known once the host has its address.
  const url = domain === "" ? publicUrl("portal") : `https://${domain}:${ports.portal}/`;
  const headers = { Location: [url] };
  return { handler: "static_response", status_code: 302, headers };
}

/** Who certifies which names. */
function certificates({ tls, domain }: GatewayConfig): Record<string, JsonPart> {
  switch (tls) {
    case "off":
      return {};
    case "internal":
      return {
        pki: { certificate_authorities: { local: ownAuthority } },
        tls: automation(certified, { module: "internal" }),
      };
    case "acme":
      return { tls: automation([domain === "" ? hostAddress() : domain], { module: "acme" }) };
  }
}

const automation = (names: readonly JsonPart[], issuer: JsonPart): JsonPart => ({
  certificates: { automate: names },
  // For all of them: a policy that lists names refuses the same one twice, which the host's address and localhost may be.
  automation: { policies: [{ issuers: [issuer] }] },
});

/** Made by the image's program, and able to certify the names of this stack only. */
const ownAuthority = {
  name: "FeedbackLoop",
  install_trust: false,
  root: {
    format: "pem_file",
    certificate: "/data/authority/root.crt",
    private_key: "/data/authority/root.key",
  },
};
