// The only reader of configuration. Every problem is reported at once: key, what was given, what is allowed, the fix.
import * as pulumi from "@pulumi/pulumi";
import { ConfigReader } from "./config-reader";
import { dockerHub } from "./images";

export const targets = ["local"] as const;
export type Target = (typeof targets)[number];

/** Port on the host by endpoint, where the configuration says nothing else. */
const defaultPorts = {
  frontend: 5000,
  inference: 8000,
  minio: 9001,
  objectStore: 9000,
  postgres: 5432,
};
export type EndpointName = keyof typeof defaultPorts;
const endpointNames = Object.keys(defaultPorts) as EndpointName[];

/** Photos that the frontend takes, by whom it counts them. */
const defaultUploadsPerMinute = { session: 30, address: 300 };

export interface Config {
  target: Target;
  /** Port on the host for each endpoint, whether it is open or not. */
  ports: Record<EndpointName, number>;
  /** Endpoints opened beyond those that are for students anyway. */
  open: EndpointName[];
  /** Registry that official images are pulled from, `host[:port]`: Docker Hub, or one that serves its images. */
  registryMirror: string;
  /** How long a service may take to become healthy. */
  healthTimeoutSeconds: number;
  /** Photos that wait for the stores may fill this much; more are refused. */
  outboxLimitMiB: number;
  /** Uploads that one session, and one address, may make in a minute; further ones are refused. */
  uploadsPerMinute: Record<keyof typeof defaultUploadsPerMinute, number>;
}

const highestPort = 65535;

/** The stack's configuration; throws `RunError`, which Pulumi prints without a stack trace. */
export function stackConfig(): Config {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return readConfig(
    Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])),
  );
}

/** Typed configuration from the raw strings that Pulumi keeps (objects and arrays as JSON). */
export function readConfig(raw: Record<string, string>): Config {
  const read = new ConfigReader(raw);
  const config: Config = {
    target: read.oneOf("target", targets, { fallback: "local" }),
    ports: read.integers("ports", defaultPorts, { min: 1, max: highestPort }),
    open: read.listOf("open", endpointNames, { fallback: ["inference"] }),
    registryMirror: read.hostAndPort("registryMirror", { fallback: dockerHub }),
    healthTimeoutSeconds: read.integer("healthTimeoutSeconds", {
      min: 10,
      max: 3600,
      fallback: 180,
    }),
    outboxLimitMiB: read.integer("outboxLimitMiB", { min: 16, max: 102_400, fallback: 512 }),
    uploadsPerMinute: read.integers("uploadsPerMinute", defaultUploadsPerMinute, {
      min: 1,
      max: 100_000,
    }),
  };
  read.rule(
    new Set(Object.values(config.ports)).size === Object.keys(config.ports).length,
    "ports",
    "two endpoints have the same port; give each its own",
  );
  const { session, address } = config.uploadsPerMinute;
  read.rule(
    session <= address,
    "uploadsPerMinute",
    `an address may make ${address} uploads a minute, and a session behind it ${session}; ` +
      "give `address` at least as many as `session`",
  );
  read.unknownKeys();
  if (read.problems.length > 0) throw new pulumi.RunError(report(read.problems));
  return config;
}

function report(problems: readonly string[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`The configuration has ${count}:`, ...problems.map((problem) => `  - ${problem}`)].join(
    "\n",
  );
}
