// What a service is, as plain JSON. A spec refers to secrets and addresses and never holds them,
// so previews, snapshots and tests read it without Pulumi; infra/runtime resolves the references.
import type { EndpointName } from "../config";
import type { ImageName } from "../images";

/** A secret by its credential and field, such as `{ secret: "object-store-root.password" }`. */
export interface SecretRef {
  secret: `${string}.${"user" | "password"}`;
}

/** The address of a service as other containers reach it, such as `{ url: "inference" }`. */
export interface UrlRef {
  url: string;
}

export type EnvValue = string | number | SecretRef | UrlRef;

/** Who may reach a port: other services only, or also the people a deployment is for. */
export type Openness = "inside" | "students";

export interface Port {
  /** Name of the endpoint: in the configuration, which gives it a port on the host, and in the outputs. */
  name: EndpointName;
  number: number;
  open: Openness;
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

/** What a service uses of the shared stores; one job makes all roles, buckets and users from these. */
export interface Needs {
  database?: { name: string; role: string; tables: Record<string, TableRight[]> };
  objectStore?: { user: string; buckets: Record<string, BucketRight[]> };
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
  /** `uid:gid`; left out where the image sets a user that isn't root itself. */
  user?: string;
  /** Scratch space in memory; the root file system is read-only. */
  tmpfs: Record<string, string>;
}

export interface ServiceSpec extends ContainerSpec {
  kind: "service";
  /** What a person would call it, and what it is for. */
  summary: string;
  ports: Port[];
  volumes: VolumeMount[];
  health: HealthCheck;
  /** How long a stop may take before it is forced. */
  stopGraceSeconds: number;
}

/** A container that runs once per change of its own inputs, and must exit with 0. */
export interface JobSpec extends ContainerSpec {
  kind: "job";
}

/**
 * Networks by purpose: a service joins those of the services it talks to, and nothing else reaches it.
 * Only `edge` may publish ports; none of them lets a container out to the internet.
 */
export const networks = {
  database: { internal: true },
  storage: { internal: true },
  serving: { internal: true },
  edge: { internal: false },
} as const;

export type NetworkName = keyof typeof networks;

export const secret = (name: SecretRef["secret"]): SecretRef => ({ secret: name });
export const url = (service: string): UrlRef => ({ url: service });

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
