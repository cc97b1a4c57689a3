// The only reader of configuration. Every problem is reported at once: key, what was given, what is allowed, the fix.
import * as pulumi from "@pulumi/pulumi";
import { ConfigReader, type FieldRule } from "./config-reader";
import { hostKeyAlgorithms, hostKeyOf, type SshLogin } from "./host/ssh-login";
import { dockerHub } from "./images";

export const targets = ["local", "ssh"] as const;
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

/** Endpoints that a target opens beyond those for students: on loopback that costs nothing. */
const openByTarget: Record<Target, EndpointName[]> = { local: ["inference"], ssh: [] };
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
  /** Registry that our own images are pulled from; empty: they are built on the host. */
  imageRegistry: string;
  /** The machine of target `ssh`. */
  ssh: SshSettings;
  /** How long a machine may take until ssh, its set-up and Docker are ready. */
  hostTimeoutSeconds: number;
  /** How long a service may take to become healthy. */
  healthTimeoutSeconds: number;
  /** Photos that wait for the stores may fill this much; more are refused. */
  outboxLimitMiB: number;
  /** Uploads that one session, and one address, may make in a minute; further ones are refused. */
  uploadsPerMinute: Record<keyof typeof defaultUploadsPerMinute, number>;
}

export interface SshSettings extends SshLogin {
  /** Public key that the machine must show; empty: the one that it shows at first contact. */
  hostKey: string;
  /** The machine's own address that published ports are bound to. */
  bindAddress: string;
}

const defaultSsh: SshSettings = {
  address: "",
  user: "root",
  port: 22,
  privateKeyPath: "",
  hostKey: "",
  // All of them: behind a floating IP the machine itself doesn't have the address that people use.
  bindAddress: "0.0.0.0",
};

const highestPort = 65535;
const imageRegistryRule: FieldRule = {
  holds: (value) => /^([A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?(\/[a-z0-9._/-]+)?)?$/.test(value),
  allowed: "host[:port][/path], with no scheme",
};
const text = (pattern: RegExp, allowed: string): FieldRule => ({
  holds: (value) => pattern.test(value),
  allowed,
});

/** These become words of a command line: none starts with a dash, none needs to be escaped in a URL. */
const sshRules: Partial<Record<keyof SshSettings, FieldRule>> = {
  address: text(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, "a host name or an IPv4 address"),
  user: text(/^[a-z_][a-z0-9_-]*$/, "a user's name"),
  port: {
    holds: (value) => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= highestPort,
    allowed: `a whole number from 1 to ${highestPort}`,
  },
  privateKeyPath: text(
    /^([~/][^"%$\\\n]*)?$/,
    "a path from / or ~ on, without quotes, %, $ and \\",
  ),
  hostKey: {
    holds: (value) => value === "" || hostKeyOf(value) !== undefined,
    allowed: `a public key such as "ssh-ed25519 AAAA…", of type ${Object.keys(hostKeyAlgorithms).join(", ")}`,
  },
  bindAddress: text(/^\d{1,3}(\.\d{1,3}){3}$/, "an IPv4 address; 0.0.0.0 stands for all"),
};

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
  const target = read.oneOf("target", targets, { fallback: "local" });
  const config: Config = {
    target,
    ports: read.integers("ports", defaultPorts, { min: 1, max: highestPort }),
    open: read.listOf("open", endpointNames, { fallback: openByTarget[target] }),
    registryMirror: read.hostAndPort("registryMirror", { fallback: dockerHub }),
    imageRegistry: read.text("imageRegistry", imageRegistryRule, { fallback: "" }),
    ssh: sshSettings(read),
    hostTimeoutSeconds: read.integer("hostTimeoutSeconds", { min: 10, max: 7200, fallback: 900 }),
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
  read.rule(
    target !== "ssh" || config.ssh.address !== "",
    "ssh.address",
    "target ssh needs a machine: pulumi config set --path ssh.address ADDRESS",
  );
  read.unknownKeys();
  if (read.problems.length > 0) throw new pulumi.RunError(report(read.problems));
  return config;
}

function sshSettings(read: ConfigReader): SshSettings {
  const given = read.fields("ssh", { ...defaultSsh }, sshRules);
  return { ...given, hostKey: hostKeyOf(given.hostKey) ?? "" };
}

function report(problems: readonly string[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`The configuration has ${count}:`, ...problems.map((problem) => `  - ${problem}`)].join(
    "\n",
  );
}
