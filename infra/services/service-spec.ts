// What a service is, as plain JSON. A spec refers to secrets and addresses and never holds them,
// so previews, snapshots and tests read it without Pulumi; infra/runtime resolves the references.
import type { EndpointName } from "../config";
import type { ImageName } from "../images";
import type { EnvValue } from "./env-value";

/** Who may reach a port: other services only, or also the people a deployment is for. */
export type Openness = "inside" | "students";

export interface Port {
  /** Name of the endpoint: in the configuration, which gives it a port on the host, and in the outputs. */
  name: EndpointName;
  number: number;
  open: Openness;
  /** What is spoken there. HTTP goes through the gateway, which adds TLS; anything else is published as it is. */
  protocol: "http" | "postgresql";
}

/** A port of the host that leads to one of a container. */
export interface PublishedPort {
  host: number;
  container: number;
}

export interface VolumeMount {
  name: string;
  path: string;
  /** Data that people made: kept when the stack is destroyed, unless they say otherwise. */
  holdsData: boolean;
}

export interface HealthCheck {
  /** Command inside the container; exit code 0 means ready for use. */
  command: string[];
  everySeconds: number;
  timeoutSeconds: number;
  /** Failures in a row until the container counts as unhealthy. */
  retries: number;
  /** Failures this long after the start don't count. */
  startPeriodSeconds: number;
}

export type TableRight = "select" | "insert" | "update" | "delete";
export type BucketRight = "read" | "write";

/** A role with just these rights, on the project's own tables. */
interface TableRights {
  name: string;
  role: string;
  tables: Record<string, TableRight[]>;
}

/** A role that owns a database of its own: for software that makes and migrates its tables itself. */
interface OwnDatabase {
  name: string;
  role: string;
  owns: true;
}

export type DatabaseNeed = TableRights | OwnDatabase;

/** What a service uses of the shared stores; one job makes all roles, buckets and users from these. */
export interface Needs {
  database?: DatabaseNeed;
  objectStore?: { user: string; buckets: Record<string, BucketRight[]> };
}

export const roles = ["student", "administrator"] as const;
/** Who a login is for. */
export type Role = (typeof roles)[number];

/** A login that people use at a service, for the portal (user only) and the handout. */
export interface Login {
  role: Role;
  /** Name of the credential in the output `credentials`. */
  credential: string;
  /** What the person may do with it, in a few words. */
  may: string;
  /** Where a page asks for the password or token only. */
  passwordOnly?: boolean;
}

/** How a container runs, whether it stays (a service) or ends (a job). */
export interface ContainerSpec {
  name: string;
  image: ImageName;
  command?: string[];
  env: Record<string, EnvValue>;
  networks: NetworkName[];
  needs?: Needs;
  /** Services that must be healthy, and jobs that must have ended well, before this one starts. */
  after: string[];
  memoryMiB: number;
  /** Cores that it may fill at most. */
  cpus: number;
  /** Share of CPU time when cores are short; 1024 is Docker's default. */
  cpuShares: number;
  /** Processes and threads that it may have at most. */
  pidsLimit: number;
  /** `uid:gid`; left out where the image sets a user that isn't root itself. */
  user?: string;
  /** Scratch space in memory; the root file system is read-only. */
  tmpfs: Record<string, string>;
}

export interface ServiceSpec extends ContainerSpec {
  kind: "service";
  /** What a person would call it, and what it is for: "Label Studio: …". */
  summary: string;
  /** What it serves. */
  ports: Port[];
  /** What it publishes on the host: the gateway nearly everything, others what doesn't speak HTTP. */
  published?: PublishedPort[];
  volumes: VolumeMount[];
  health: HealthCheck;
  /** Path by which the portal asks the first port whether it is well; left out where people don't reach the service. */
  healthPath?: string;
  /** Logins that people use at its open ports. */
  logins?: Login[];
  /** How long a stop may take before it is forced. */
  stopGraceSeconds: number;
}

/** A container that runs once per change of its own inputs, and must exit with 0. */
export interface JobSpec extends ContainerSpec {
  kind: "job";
}

/**
 * Networks by purpose: a service joins those of the services it talks to, and nothing else reaches it.
 * `wayIn`: may publish ports; `wayOut`: lets a container out to the internet. docs/architecture.md says who reaches whom.
 */
export const networks = {
  database: {},
  storage: {},
  serving: {},
  /** Label Studio and who asks it. */
  labeling: {},
  /** The parts of Airflow among themselves. */
  orchestration: {},
  /** Notebooks and the two stores, and nothing else. */
  notebooks: {},
  /** The gateway and what it stands before; notebooks have one of their own, since they run anybody's code. */
  web: {},
  "notebook-web": {},
  edge: { wayIn: true },
  /** Instead of `edge`, for a gateway that gets certificates from a public authority. */
  outside: { wayIn: true, wayOut: true },
} as const satisfies Record<string, { wayIn?: true; wayOut?: true }>;

export type NetworkName = keyof typeof networks;

/** Health by an HTTP GET that answers 2xx, for images that bring Node.js. */
export function nodeHttpHealth(port: number, path: string): HealthCheck {
  const probe = `fetch("http://127.0.0.1:${port}${path}",{signal:AbortSignal.timeout(4000)}).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))`;
  return {
    command: ["node", "-e", probe],
    everySeconds: 5,
    timeoutSeconds: 5,
    retries: 3,
    startPeriodSeconds: 60,
  };
}

/** The same for images that bring Python. */
export function pythonHttpHealth(port: number, path: string): HealthCheck {
  const probe = `import urllib.request as r;r.urlopen("http://127.0.0.1:${port}${path}",timeout=8)`;
  return {
    command: ["python", "-c", probe],
    everySeconds: 10,
    timeoutSeconds: 10,
    retries: 3,
    startPeriodSeconds: 180,
  };
}

/** The same for images that bring bash, which speaks HTTP/1.0 well enough to read a status line and starts in a millisecond. */
export function bashHttpHealth(port: number, path: string): HealthCheck {
  const probe = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET ${path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; head -n 1 <&3 | grep -q ' 200'`;
  return {
    command: ["bash", "-c", probe],
    everySeconds: 10,
    timeoutSeconds: 10,
    retries: 3,
    startPeriodSeconds: 180,
  };
}
