// A stack of a test's own in the lab's cloud: ssh keys of its own, and a way onto its server.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { succeed } from "../../cli/processes";
import type { LabCloud } from "./lab-cloud";
import { TestStack, settingsOfTests } from "./test-stack";

/** Whence the lab's floating IPs are dialled: this machine's end of the public network. */
export const labNetwork = "198.51.100.0/24";

const administration = ["ssh", "inference", "objectStore", "postgres"] as const;

/** As much of clouds.yaml as tests read. */
export interface CloudsFile {
  clouds: Record<string, { auth: Record<string, string> }>;
}

type Settings = readonly (readonly [string, string])[];

/** A command that failed as it should. */
export interface Refusal {
  /** Both of its streams. */
  said: string;
  seconds: number;
}

export class CloudStack extends TestStack {
  private readonly keys = mkdtempSync(join(tmpdir(), "feedback-loop-keys-"));
  /** Private keys: the one whose public half the server gets, and another. */
  readonly key = join(this.keys, "key");
  readonly otherKey = join(this.keys, "other");
  /** In the OpenStack project (infra/openstack/marks.ts). */
  readonly cloudName = `feedback-loop-${this.name}`;

  private constructor(private readonly cloud: LabCloud) {
    super({ OS_CLIENT_CONFIG_FILE: cloud.cloudsFile });
  }

  /** Makes the stack, small unless settings say otherwise. A reservation or a flavor is still to be set. */
  static async in(cloud: LabCloud, more: Settings = []): Promise<CloudStack> {
    const stack = new CloudStack(cloud);
    for (const key of [stack.key, stack.otherKey])
      await succeed("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    await stack.makeAgain(more);
    return stack;
  }

  /** After its state was lost. */
  makeAgain(more: Settings): Promise<void> {
    return this.make([
      ["target", "chameleon"],
      ["openstack.cloud", "lab"],
      ["openstack.image", this.cloud.imageName],
      ["openstack.network", this.cloud.network],
      ["openstack.floatingIpPool", this.cloud.pool],
      ["openstack.publicKeyPath", `${this.key}.pub`],
      ["ssh.user", "cc"],
      ["ssh.privateKeyPath", this.key],
      ["registryMirror", this.cloud.registry],
      ["imageRegistry", this.cloud.imageRegistry],
      ["components", "[]"],
      ["tls", "off"],
      // Servers share the cores of a test's machine.
      ["healthTimeoutSeconds", "900"],
      ...settingsOfTests,
      ...administration.map((name) => [`allowedCidrs.${name}[0]`, labNetwork] as const),
      ...more,
    ]);
  }

  /** Does something with another content of clouds.yaml. */
  async withClouds(change: (file: CloudsFile) => void, act: () => Promise<void>): Promise<void> {
    const file = join(this.keys, "clouds.yaml");
    const content = parse(readFileSync(this.cloud.cloudsFile, "utf8")) as CloudsFile;
    change(content);
    writeFileSync(file, stringify(content));
    this.environment["OS_CLIENT_CONFIG_FILE"] = file;
    try {
      await act();
    } finally {
      this.environment["OS_CLIENT_CONFIG_FILE"] = this.cloud.cloudsFile;
    }
  }

  start(): Promise<string> {
    return this.succeed("start", "-s", this.name);
  }

  /** Address of the server, for those who use it. */
  async address(): Promise<string> {
    return new URL((await this.endpoints()).frontend.url).hostname;
  }

  /** Runs a shell script on the server. Whose key it shows is another test's matter. */
  async onServer(script: string): Promise<string> {
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
    const words = options.flatMap((option) => ["-o", option]);
    const login = ["-i", this.key, `cc@${await this.address()}`];
    return (await succeed("ssh", [...words, ...login, script], { timeoutSeconds: 60 })).trim();
  }

  /** Ids of all containers on the server by the service's name. */
  async containers(): Promise<Record<string, string>> {
    const format = `{{.Label "feedback-loop.service"}} {{.ID}}`;
    const filter = `label=feedback-loop.stack=${this.name}`;
    const listed = await this.onServer(
      `docker ps --no-trunc --filter ${filter} --format '${format}'`,
    );
    return Object.fromEntries(
      listed
        .split("\n")
        .map((line) => line.split(" "))
        .sort(),
    ) as Record<string, string>;
  }

  /** Runs a command that is to fail. */
  async refusal(...args: string[]): Promise<Refusal> {
    const began = Date.now();
    const { exitCode, stdout, stderr } = await this.command(...args);
    const said = `${stdout}${stderr}`;
    if (exitCode === 0) throw new Error(`npm run ${args.join(" ")} should have failed:\n${said}`);
    return { said, seconds: (Date.now() - began) / 1000 };
  }

  /** What the clone and this machine still have of it. */
  override discard(): void {
    super.discard();
    rmSync(this.keys, { recursive: true, force: true });
  }
}
