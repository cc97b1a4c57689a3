// One stack with everything in it, on as much memory as m1.medium has beside its system: what all parts of the test use.
import type { Browser } from "playwright-core";
import { type Config, readConfig } from "../../infra/config";
import { catalogue } from "../../infra/services/catalogue";
import type { ServiceSpec } from "../../infra/services/service-spec";
import { succeed } from "../../cli/processes";
import { launch } from "../support/browser";
import { MemoryCgroup } from "../support/cgroup";
import { type Inspected } from "../support/cis-benchmark";
import { docker } from "../support/docker";
import { EngineEvents } from "../support/engine-events";
import { eventually } from "../support/eventually";
import { LoopClient } from "../support/loop-client";
import { type Credentials, type Endpoints, TestStack, root } from "../support/test-stack";

export const minutes = 60_000;
/** Of 4 GB the kernel and the system take the rest. */
const memoryBytes = Math.floor(3.8 * 1024 ** 3);

export interface WholeStack {
  stack: TestStack;
  browser: Browser;
  endpoints: Endpoints;
  credentials: Credentials;
  client: LoopClient;
}

/** What `docker inspect` prints of a container, as far as the parts read it. */
export interface Container extends Inspected {
  Id: string;
  RestartCount: number;
  State: Inspected["State"] & {
    Pid: number;
    Status: string;
    OOMKilled: boolean;
    StartedAt: string;
  };
  NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
}

export class Whole implements WholeStack {
  endpoints!: Endpoints;
  credentials!: Credentials;
  client!: LoopClient;
  config!: Config;
  services!: ServiceSpec[];
  /** Everything that deployments printed. */
  printed = "";
  upSeconds = 0;

  private constructor(
    readonly stack: TestStack,
    readonly browser: Browser,
    readonly cgroup: MemoryCgroup,
    readonly events: EngineEvents,
    /** The clone before anything was deployed from it. */
    readonly treeBefore: string,
  ) {}

  /** Settings only; nothing runs yet. */
  static async create(): Promise<Whole> {
    const treeBefore = await workTree();
    const cgroup = await MemoryCgroup.create(memoryBytes);
    const stack = await TestStack.create([
      ["components", "auto"],
      ["cgroupParent", cgroup.name],
      ["healthTimeoutSeconds", "600"],
    ]);
    return new Whole(stack, await launch(), cgroup, new EngineEvents(stack.name), treeBefore);
  }

  async up(): Promise<void> {
    const start = Date.now();
    this.printed += await this.stack.up();
    this.upSeconds = Math.round((Date.now() - start) / 1000);
    await this.connect();
  }

  /** Reads what the stack says of itself; again, when its credentials have changed. */
  async connect(): Promise<void> {
    const { stack } = this;
    this.endpoints = await stack.endpoints();
    this.credentials = await stack.credentials();
    this.client = new LoopClient(this.endpoints, this.credentials);
    this.config = await configOf(stack);
    this.services = catalogue(this.config).filter(
      (spec): spec is ServiceSpec => spec.kind === "service",
    );
  }

  async container(service: string): Promise<Container> {
    const [found] = JSON.parse(
      await docker("inspect", this.stack.containerName(service)),
    ) as Container[];
    return found!;
  }

  /** All of them, by service. */
  async containers(): Promise<Map<string, Container>> {
    const entries = this.services.map(
      async ({ name }) => [name, await this.container(name)] as const,
    );
    return new Map(await Promise.all(entries));
  }

  /** Resolves when every service is healthy. */
  async healthy(withinSeconds = 240): Promise<void> {
    await eventually(
      async () => {
        const found = await this.containers();
        const ill = [...found].filter(([, { State }]) => State.Health?.Status !== "healthy");
        expect(ill.map(([name, { State }]) => [name, State.Status, State.Health?.Status])).toEqual(
          [],
        );
      },
      { withinSeconds, everyMs: 1000 },
    );
  }

  /** Whatever is left goes. */
  async dispose(): Promise<void> {
    this.events.stop();
    await this.browser.close();
    await this.stack.dispose();
    await this.cgroup.remove();
  }
}

/** What git sees that isn't committed. */
export const workTree = (): Promise<string> =>
  succeed("git", ["status", "--porcelain"], { cwd: root });

async function configOf(stack: TestStack): Promise<Config> {
  const { stdout } = await stack.command("pulumi", "config", "--json", "-s", stack.name);
  const values = JSON.parse(stdout) as Record<string, { value?: string }>;
  const prefix = "feedback-loop:";
  const own = Object.entries(values).filter(([key]) => key.startsWith(prefix));
  return readConfig(
    Object.fromEntries(own.map(([key, { value = "" }]) => [key.slice(prefix.length), value])),
  );
}
