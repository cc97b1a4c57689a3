// The gateway's image in a container of a test's own, as its spec says, before small services on networks like a stack's.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../cli/processes";
import type { Config, EndpointName } from "../../infra/config";
import { pullName } from "../../infra/images";
import { labelNames } from "../../infra/runtime/naming";
import { type Reference, textOf } from "../../infra/services/env-value";
import { gateway } from "../../infra/services/gateway";
import type { NetworkName, ServiceSpec } from "../../infra/services/service-spec";
import { rightsOf } from "./specified-container";
import { docker } from "./docker";
import { eventually } from "./eventually";
import { type OwnImage, ownImage, registryMirror } from "./own-image";
import { freePorts, root } from "./test-stack";

const upstreamProgram = readFileSync(join(root, "test/support/gateway-upstream.mjs"), "utf8");
const loopback = "127.0.0.1";

/** Endpoints that the tests use, and what stands behind each. */
const toys = {
  frontend: { name: "page", number: 5001, network: "web" },
  labelStudio: { name: "labels", number: 5002, network: "web" },
  jupyter: { name: "notebook", number: 5003, network: "notebook-web" },
} as const satisfies Partial<
  Record<EndpointName, { name: string; number: number; network: NetworkName }>
>;
export type ToyEndpoint = keyof typeof toys;
const toyEndpoints = Object.keys(toys) as ToyEndpoint[];

export const toySpecs = toyEndpoints.map((endpoint): ServiceSpec => {
  const { name, number, network } = toys[endpoint];
  return {
    kind: "service",
    name,
    summary: `Toy ${name}: what a test puts behind the gateway`,
    image: "node",
    env: { PORT: number },
    ports: [{ name: endpoint, number, open: "students", protocol: "http" }],
    healthPath: "/well",
    volumes: [],
    networks: [network],
    after: [],
    health: { command: [], everySeconds: 1, timeoutSeconds: 1, retries: 1, startPeriodSeconds: 1 },
    memoryMiB: 128,
    cpus: 1,
    cpuShares: 1024,
    pidsLimit: 64,
    tmpfs: {},
    stopGraceSeconds: 1,
  };
});

/** Networks as a stack has them (infra/runtime/docker-networks.ts), with the toys on them. */
export class ToyStack {
  /** Also the name by which commands know it. */
  readonly prefix = `feedback-loop-test-${randomBytes(4).toString("hex")}`;
  private gateways = 0;

  private constructor(private readonly image: OwnImage) {}

  static async create(): Promise<ToyStack> {
    const stack = new ToyStack(await ownImage("gateway"));
    const masquerade = "com.docker.network.bridge.enable_ip_masquerade=false";
    await docker("network", "create", "--opt", masquerade, stack.network("edge"));
    for (const network of ["web", "notebook-web"] as const)
      await docker("network", "create", "--internal", stack.network(network));
    for (const endpoint of toyEndpoints) await stack.startToy(endpoint);
    return stack;
  }

  async startToy(endpoint: ToyEndpoint): Promise<void> {
    const { name, number, network } = toys[endpoint];
    const container = this.toyContainer(endpoint);
    const where = ["--network", this.network(network), "--network-alias", name];
    const options = ["--name", container, "--hostname", name, "--init", "--env", `PORT=${number}`];
    const program = ["node", "--input-type=module", "--eval", upstreamProgram];
    const image = pullName("node", registryMirror());
    await docker("run", "--detach", ...options, ...where, image, ...program);
    const ready = `fetch("http://127.0.0.1:${number}/well").then(() => process.exit(0))`;
    await eventually(() => docker("exec", container, "node", "--eval", ready));
  }

  async removeToy(endpoint: ToyEndpoint): Promise<void> {
    await docker("rm", "--force", this.toyContainer(endpoint));
  }

  toyContainer = (endpoint: ToyEndpoint) => this.name(`toy-${toys[endpoint].name}`);

  async startGateway(options: GatewayOptions): Promise<GatewayContainer> {
    this.gateways += 1;
    return GatewayContainer.start(this, this.image.name, `gateway-${this.gateways}`, options);
  }

  /** What the image's own check says of the configuration, which it reads as the gateway does. */
  async check(tls: Config["tls"], domain = ""): Promise<{ exitCode: number; output: string }> {
    const spec = gateway(toySpecs, { ports: await toyPorts(), tls, domain });
    const data = ["--tmpfs", "/data:uid=1000"];
    const options = [
      "run",
      "--rm",
      ...data,
      ...envOptions(spec, loopback),
      this.image.name,
      "check",
    ];
    const { exitCode, stdout, stderr } = await run("docker", options);
    return { exitCode, output: stdout + stderr };
  }

  name = (part: string) => `${this.prefix}-${part}`;
  network = (network: NetworkName) => this.name(network);

  async dispose(): Promise<void> {
    const all = (await docker("ps", "--all", "--quiet", "--filter", `name=${this.prefix}`)).split(
      "\n",
    );
    await docker("rm", "--force", "--volumes", ...all.filter(Boolean));
    for (const network of ["edge", "web", "notebook-web"] as const)
      await docker("network", "rm", this.network(network));
    const volumes = await docker("volume", "ls", "--quiet", "--filter", `name=${this.prefix}`);
    for (const volume of volumes.split("\n").filter(Boolean)) await docker("volume", "rm", volume);
    await this.image.dispose();
  }
}

export interface GatewayOptions {
  tls: Config["tls"];
  /** What people call the host. */
  address?: string;
  /** Of another one, whose authority this one is to have. */
  volume?: string;
  /** Settings of `docker run` beside those of the spec. */
  more?: readonly string[];
}

export class GatewayContainer {
  private constructor(
    readonly name: string,
    readonly volume: string,
    readonly ports: Record<ToyEndpoint, number>,
    readonly tls: Config["tls"],
  ) {}

  /** Resolves when it answers. */
  static async start(
    stack: ToyStack,
    image: string,
    part: string,
    { tls, address = loopback, volume = stack.name(part), more = [] }: GatewayOptions,
  ): Promise<GatewayContainer> {
    const ports = await toyPorts();
    const spec = gateway(toySpecs, { ports, tls, domain: "" });
    const options = [
      ...["--name", stack.name(part), "--hostname", spec.name, "--volume", `${volume}:/data`],
      ...["--cpus", String(spec.cpus)],
      ...rightsOf(spec),
      ...["--dns", loopback, "--dns-option", "timeout:1", "--dns-option", "attempts:1"],
      ...(spec.published ?? []).flatMap(({ host, container }) => [
        "--publish",
        `${loopback}:${host}:${container}`,
      ]),
      ...Object.entries({ stack: stack.prefix, service: spec.name, owner: "test" }).flatMap(
        ([label, value]) => ["--label", `${labelNames[label as keyof typeof labelNames]}=${value}`],
      ),
      ...["--network", stack.network("edge"), ...more],
    ];
    await docker("create", ...options, ...envOptions(spec, address), image);
    for (const network of ["web", "notebook-web"] as const) {
      const alias = ["--alias", spec.name];
      await docker("network", "connect", ...alias, stack.network(network), stack.name(part));
    }
    await docker("start", stack.name(part));
    const container = new GatewayContainer(stack.name(part), volume, ports, tls);
    await eventually(() => docker("exec", container.name, ...spec.health.command));
    return container;
  }

  url(endpoint: ToyEndpoint, host = loopback): string {
    return `${this.tls === "off" ? "http" : "https"}://${host}:${this.ports[endpoint]}`;
  }

  /** The certificate that people are asked to trust. */
  authority(): Promise<string> {
    return docker("exec", this.name, "cat", "/data/authority/root.crt");
  }

  async log(): Promise<string> {
    const { stdout, stderr } = await run("docker", ["logs", this.name]);
    return stdout + stderr;
  }

  remove(): Promise<string> {
    return docker("rm", "--force", this.name);
  }
}

const envOptions = ({ env }: ServiceSpec, address: string): string[] =>
  Object.entries(env).flatMap(([name, value]) => [
    "--env",
    `${name}=${textOf(value, (reference) => resolved(reference, address))}`,
  ]);

function resolved(reference: Reference, address: string): string {
  if ("hostAddress" in reference) return address;
  throw new Error(`the gateway isn't expected to need ${JSON.stringify(reference)}`);
}

/** A free port for each endpoint of the toys; the others aren't open. */
async function toyPorts(): Promise<Config["ports"]> {
  const free = await freePorts(toyEndpoints.length);
  const ports = Object.fromEntries(toyEndpoints.map((endpoint, at) => [endpoint, free[at]]));
  return ports as Config["ports"];
}
