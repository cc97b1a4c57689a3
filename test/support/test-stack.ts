// A stack of a test's own: real engine, real Docker, but with names, ports, state and passphrase that no other has.
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Result, run } from "../../cli/processes";
import { finding } from "../../cli/setup/findings";
import { type EndpointName, endpointNames } from "../../infra/config";
import { killedWhen } from "./killed";

export const root = resolve(__dirname, "../..");
const bootstrap = join(root, "cli/setup/bootstrap.mjs");

/** Of a stack without the parts that a stack can be without. */
export const coreServices = ["frontend", "gateway", "inference", "minio", "portal", "postgres"];

/** Ports, and what else makes a test's stack small. */
export async function smallSettings(): Promise<[string, string][]> {
  const ports = await freePorts(endpointNames.length);
  return [
    ...endpointNames.map((name, at): [string, string] => [`ports.${name}`, String(ports[at])]),
    ["components", "[]"],
  ];
}

/** The stores open to the test itself, which is in a hurry that no person is in. */
export const settingsOfTests: readonly (readonly [string, string])[] = [
  ["open[0]", "inference"],
  ["open[1]", "objectStore"],
  ["open[2]", "postgres"],
  ["uploadsPerMinute.session", "10000"],
  ["uploadsPerMinute.address", "10000"],
];

export type Endpoints = Record<EndpointName, { url: string }>;
export type Credentials = Record<string, { user: string; password: string }>;

/** An engine resource's change in a preview. */
export interface PlannedStep {
  op: string;
  urn: string;
}

export class TestStack {
  readonly name = `test-${randomBytes(4).toString("hex")}`;
  private readonly folder = mkdtempSync(join(tmpdir(), "feedback-loop-test-"));
  protected readonly environment: NodeJS.ProcessEnv;

  /** @param variables beside those of the test's own process */
  constructor(variables: NodeJS.ProcessEnv = {}) {
    this.environment = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${this.folder}`,
      PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
      ...variables,
    };
  }

  /**
   * Makes the stack with free ports, the stores open, and short waits; without the parts that it can be without, and on
   * this machine, unless settings say otherwise.
   */
  static async create(more: readonly [string, string][] = []): Promise<TestStack> {
    const stack = new TestStack();
    const mirror = finding("images")?.registryMirror;
    await stack.make([
      ...(await smallSettings()),
      ...settingsOfTests,
      ["healthTimeoutSeconds", "120"],
      ...more,
      ...(mirror ? [["registryMirror", mirror] as const] : []),
    ]);
    return stack;
  }

  protected async make(settings: readonly (readonly [string, string])[]): Promise<void> {
    await this.succeed("pulumi", "stack", "init", this.name);
    const pairs = settings.flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    await this.succeed("pulumi", "config", "set-all", "-s", this.name, "--path", ...pairs);
  }

  /** Runs one of the project's commands, as `npm run` does. */
  command(...args: string[]): Promise<Result> {
    return run(process.execPath, [bootstrap, ...args], { cwd: root, env: this.environment });
  }

  /** Runs one of the project's commands until it prints what matches, then kills it and all that it started. */
  killedWhen(pattern: RegExp, ...args: string[]): Promise<void> {
    return this.killedAfter(0, pattern, ...args);
  }

  /** The same, some time after the words: in the middle of what comes next. */
  killedAfter(seconds: number, pattern: RegExp, ...args: string[]): Promise<void> {
    const command = [process.execPath, bootstrap, ...args] as const;
    const options = { cwd: root, env: this.environment, afterSeconds: seconds };
    return killedWhen(pattern, command, options);
  }

  /** Like `command`, but fails the test with the command's own words. Resolves with its output. */
  async succeed(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.command(...args);
    if (exitCode !== 0)
      throw new Error(`npm run ${args.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
    return `${stdout}${stderr}`;
  }

  setConfig(key: string, value: string): Promise<string> {
    return this.succeed("pulumi", "config", "set", "-s", this.name, "--path", key, "--", value);
  }

  /** Its settings by name, those that are objects as such. */
  async settings<Settings>(): Promise<Settings> {
    const { stdout } = await this.command("pulumi", "config", "-s", this.name, "--json");
    const found = JSON.parse(stdout) as Record<string, { value?: string; objectValue?: unknown }>;
    const own = Object.entries(found).map(([key, { value, objectValue }]) => [
      key.replace(/^feedback-loop:/, ""),
      objectValue ?? value,
    ]);
    return Object.fromEntries(own) as Settings;
  }

  up(): Promise<string> {
    return this.succeed(
      "pulumi",
      "up",
      "-s",
      this.name,
      "--yes",
      "--skip-preview",
      "--color",
      "never",
    );
  }

  /** What the next `up` would do, without what stays the same. */
  async planned(): Promise<PlannedStep[]> {
    const { stdout } = await this.command("pulumi", "preview", "-s", this.name, "--json");
    const { steps } = JSON.parse(stdout) as { steps?: PlannedStep[] };
    return (steps ?? []).filter(({ op }) => op !== "same");
  }

  async endpoints(): Promise<Endpoints> {
    return this.output("endpoints") as Promise<Endpoints>;
  }

  async credentials(): Promise<Credentials> {
    return this.output("credentials", "--show-secrets") as Promise<Credentials>;
  }

  /** Digest or id by image. */
  async imageIds(): Promise<Record<string, string>> {
    return this.output("images") as Promise<Record<string, string>>;
  }

  /** The state as it is stored, with nothing decrypted. */
  async exportedState(): Promise<string> {
    return (await this.command("pulumi", "stack", "export", "-s", this.name)).stdout;
  }

  containerName(service: string): string {
    return `feedback-loop-${this.name}-${service}`;
  }

  /** Removes everything, data too, and the stack itself. */
  async dispose(): Promise<void> {
    await this.succeed("destroy", "-s", this.name, "--volumes", "--yes");
    this.discard();
  }

  /** Removes what the clone has of the stack; for one whose machine goes as a whole. */
  discard(): void {
    this.forget();
  }

  /** State and settings are gone, as on a deployer's computer that broke; what was deployed stays. */
  loseState(): void {
    this.forget();
    mkdirSync(this.folder);
  }

  /** One of the stack's outputs. */
  async output(name: string, ...options: string[]): Promise<unknown> {
    const args = ["pulumi", "stack", "output", name, "--json", "-s", this.name, ...options];
    const { stdout } = await this.command(...args);
    return JSON.parse(stdout) as unknown;
  }

  private forget(): void {
    rmSync(this.folder, { recursive: true });
    rmSync(join(root, `Pulumi.${this.name}.yaml`), { force: true });
  }
}

/** Ports that are free now, all at once so that none comes twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolvePort) =>
          server.listen(0, "127.0.0.1", () => resolvePort((server.address() as AddressInfo).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
