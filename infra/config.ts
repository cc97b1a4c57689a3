// The only reader of configuration. Every problem is reported at once: key, what was given, what is allowed, the fix.
import * as pulumi from "@pulumi/pulumi";
import { type CloudConfig, cloudConfig } from "./config-openstack";
import { ConfigReader, type FieldRule } from "./config-reader";
import { hostKeyAlgorithms, hostKeyOf, type SshLogin } from "./host/ssh-login";
import { dockerHub } from "./images";

export const targets = ["local", "ssh", "chameleon"] as const;
export type Target = (typeof targets)[number];

/** Port on the host by endpoint, where the configuration says nothing else. */
const defaultPorts = {
  portal: 8090,
  frontend: 5000,
  inference: 8000,
  labelStudio: 8081,
  airflow: 8080,
  jupyter: 8888,
  minio: 9001,
  objectStore: 9000,
  postgres: 5432,
};
export type EndpointName = keyof typeof defaultPorts;

/** Parts that a stack can be without; Airflow brings the trainer with it. */
export const components = ["labelStudio", "airflow", "jupyter"] as const;
export type Component = (typeof components)[number];

/** How the gateway speaks: plain HTTP, TLS by an authority of its own, or TLS by a public authority. */
export const tlsModes = ["off", "internal", "acme"] as const;
export type TlsMode = (typeof tlsModes)[number];

/** Endpoints that a target opens beyond those for students: on loopback that costs nothing. */
const openByTarget: Record<Target, EndpointName[]> = {
  local: ["inference"],
  ssh: [],
  chameleon: [],
};
export const endpointNames = Object.keys(defaultPorts) as EndpointName[];

/** Photos that the frontend takes, by whom it counts them. */
const defaultUploadsPerMinute = { session: 30, address: 300 };

export interface Config extends CloudConfig {
  target: Target;
  /** Which of the parts that a stack can be without it has. */
  components: Component[];
  tls: TlsMode;
  /** Name by which people call the host; empty: its address. */
  domain: string;
  /** Port on the host for each endpoint, whether it is open or not. */
  ports: Record<EndpointName, number>;
  /** Endpoints opened beyond those that are for students anyway. */
  open: EndpointName[];
  /** Registry that official images are pulled from, `host[:port]`: Docker Hub, or one that serves its images. */
  registryMirror: string;
  /** Registry that our own images are pulled from; empty: they are built on the host. */
  imageRegistry: string;
  /** The machine of target `ssh`, and the login on that of target `chameleon`. */
  ssh: SshSettings;
  /** How long a machine may take until ssh, its set-up and Docker are ready. */
  hostTimeoutSeconds: number;
  /** How long a service may take to become healthy. */
  healthTimeoutSeconds: number;
  /** Control group of the host that all containers are put into, so that they share its limits; empty: the engine's. */
  cgroupParent: string;
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
/** Where an authority looks whether a name is ours (RFC 8555, RFC 8737). */
export const acmePorts: readonly number[] = [80, 443];
const imageRegistryRule: FieldRule = {
  holds: (value) => /^([A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?(\/[a-z0-9._/-]+)?)?$/.test(value),
  allowed: "host[:port][/path], with no scheme",
};
const domainRule: FieldRule = {
  holds: (value) =>
    /^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+)?$/.test(
      value,
    ),
  allowed: "a host name such as loop.example.org, with no scheme and no port",
};
const cgroupRule: FieldRule = {
  holds: (value) => /^([A-Za-z0-9/_][A-Za-z0-9/_.-]*)?$/.test(value),
  allowed: "the path of a control group, such as /course",
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
  const domain = read.text("domain", domainRule, { fallback: "" });
  const open = read.listOf("open", endpointNames, { fallback: openByTarget[target] });
  const config: Config = {
    target,
    components: read.listOf("components", components, { fallback: [...components] }),
    ports: read.integers("ports", defaultPorts, { min: 1, max: highestPort }),
    open,
    tls: tlsMode(read, target, domain),
    domain,
    registryMirror: read.hostAndPort("registryMirror", { fallback: dockerHub }),
    imageRegistry: read.text("imageRegistry", imageRegistryRule, { fallback: "" }),
    ssh: sshSettings(read),
    hostTimeoutSeconds: read.integer("hostTimeoutSeconds", { min: 10, max: 7200, fallback: 900 }),
    healthTimeoutSeconds: read.integer("healthTimeoutSeconds", {
      min: 10,
      max: 3600,
      fallback: 300,
    }),
    cgroupParent: read.text("cgroupParent", cgroupRule, { fallback: "" }),
    outboxLimitMiB: read.integer("outboxLimitMiB", { min: 16, max: 102_400, fallback: 512 }),
    uploadsPerMinute: read.integers("uploadsPerMinute", defaultUploadsPerMinute, {
      min: 1,
      max: 100_000,
    }),
    ...cloudConfig(read, { target, open, access: [...endpointNames, "ssh"] }),
  };
  portRules(read, config);
  machineRules(read, config);
  read.unknownKeys();
  if (read.problems.length > 0) throw new pulumi.RunError(report(read.problems));
  return config;
}

function portRules(read: ConfigReader, config: Config): void {
  read.rule(
    new Set(Object.values(config.ports)).size === Object.keys(config.ports).length,
    "ports",
    "two endpoints have the same port; give each its own",
  );
  read.rule(
    config.tls !== "acme" || !Object.values(config.ports).some((port) => acmePorts.includes(port)),
    "ports",
    `with tls: acme the ports ${acmePorts.join(" and ")} are for the authority that gives certificates; take others`,
  );
  const { session, address } = config.uploadsPerMinute;
  read.rule(
    session <= address,
    "uploadsPerMinute",
    `an address may make ${address} uploads a minute, and a session behind it ${session}; ` +
      "give `address` at least as many as `session`",
  );
}

function machineRules(read: ConfigReader, { target, ssh }: Config): void {
  read.rule(
    target !== "ssh" || ssh.address !== "",
    "ssh.address",
    "target ssh needs a machine: pulumi config set --path ssh.address ADDRESS",
  );
  if (target !== "chameleon") return;
  read.rule(
    ssh.address === "",
    "ssh.address",
    "target chameleon makes its server, at the floating IP; take this out: pulumi config rm --path ssh.address",
  );
  read.rule(
    ssh.user !== "root",
    "ssh.user",
    "a cloud's server doesn't let root in: pulumi config set --path ssh.user cc",
  );
}

/** `auto`: plain on loopback, a public certificate where there is a name to have one for, else one of our own authority. */
function tlsMode(read: ConfigReader, target: Target, domain: string): TlsMode {
  const given = read.oneOf("tls", ["auto", ...tlsModes], { fallback: "auto" });
  read.rule(
    given !== "acme" || domain !== "" || target === "chameleon",
    "domain",
    "tls: acme gets a certificate for a name: pulumi config set domain NAME",
  );
  if (given !== "auto") return given;
  if (target === "local") return "off";
  return domain === "" ? "internal" : "acme";
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
