// The page that a class starts from: every service with link, health and who signs in, and what to do next.
import type { EndpointName } from "../config";
import { type JsonPart, json, publicUrl, secret } from "./env-value";
import { healthUrl, probedServices } from "./gateway";
import type { JobSpec, Login, Port, ServiceSpec } from "./service-spec";
import { bashHttpHealth } from "./service-spec";

const port = 8090;

/** Endpoints with a page, in the order in which a student meets them; others come after these. */
const order: readonly EndpointName[] = ["frontend", "labelStudio", "airflow", "jupyter", "minio"];
/** Endpoints without a page to look at. */
const forPrograms: readonly EndpointName[] = ["inference", "objectStore"];

/** @param specs what the portal shows, with those of their ports open that people reach */
export const portal = (specs: readonly (ServiceSpec | JobSpec)[]): ServiceSpec => ({
  kind: "service",
  name: "portal",
  summary: "Portal: every service with link and health, and what to do next",
  image: "portal",
  env: {
    PORT: port,
    SERVICES: json(shown(specs)),
    TRUSTED_PROXIES: "gateway",
  },
  ports: [{ name: "portal", number: port, open: "students", protocol: "http" }],
  volumes: [],
  // It asks the gateway for the health of the others, and reaches none of them itself.
  networks: ["web"],
  after: [],
  // Another process of Node.js would take as much memory as this small service itself.
  health: bashHttpHealth(port, "/readyz"),
  memoryMiB: 64,
  cpus: 0.5,
  cpuShares: 1024,
  pidsLimit: 64,
  tmpfs: { "/tmp": "size=4m" },
  stopGraceSeconds: 15,
});

function shown(specs: readonly (ServiceSpec | JobSpec)[]): JsonPart[] {
  const asked = new Map([...probedServices(specs)].map(([endpoint, spec]) => [spec, endpoint]));
  const ways = specs.flatMap((spec) =>
    spec.kind === "service"
      ? spec.ports.filter(isWay).map(({ name }) => ({ endpoint: name, spec }))
      : [],
  );
  return ways
    .sort((one, other) => placeOf(one.endpoint) - placeOf(other.endpoint))
    .map(({ endpoint, spec }) => described(endpoint, spec, asked.get(spec)));
}

const isWay = ({ open, protocol }: Port) => open === "students" && protocol === "http";

function placeOf(endpoint: EndpointName): number {
  const place = order.indexOf(endpoint);
  return place < 0 ? order.length : place;
}

/** As the portal's program wants it: app/portal/service.ts. */
function described(
  endpoint: EndpointName,
  { summary, logins = [] }: ServiceSpec,
  asked: EndpointName | undefined,
): JsonPart {
  const [title = "", ...purpose] = summary.split(": ");
  const isForPrograms = forPrograms.includes(endpoint);
  return {
    name: endpoint,
    title,
    purpose: asSentence(purpose.join(": ")),
    url: publicUrl(endpoint),
    forPrograms: isForPrograms,
    ...(asked && { healthUrl: healthUrl(asked) }),
    logins: isForPrograms ? [] : logins.map(withoutPassword),
  };
}

const asSentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const withoutPassword = ({ role, credential, may, passwordOnly }: Login): JsonPart => ({
  role,
  ...(!passwordOnly && { user: secret(`${credential}.user`) }),
  may,
});
