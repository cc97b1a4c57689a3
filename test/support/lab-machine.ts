// Another machine, with an address of its own: systemd, cloud-init, sshd and a Docker Engine (lab/machine).
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { succeed } from "../../cli/processes";
import { root } from "./test-stack";

const script = join(root, "lab/machine/machine.sh");
const bootSeconds = 90;

export interface MachineOptions {
  /** Seconds until anything on it starts. */
  bootDelay?: number;
  /** For cloud-init, which may want the public key. */
  userData?: (publicKey: string) => string;
  docker?: boolean;
  /** Size of the disk for Docker's data, as in `300m`. */
  disk?: string;
}

export class LabMachine {
  readonly name = `test-${randomBytes(4).toString("hex")}`;
  private readonly folder = mkdtempSync(join(tmpdir(), "feedback-loop-machine-"));
  /** Private keys: the one that may log in, and another. */
  readonly key = join(this.folder, "key");
  readonly otherKey = join(this.folder, "other");
  address = "";

  /** Starts to boot a machine; it isn't waited for. */
  static async boot(options: MachineOptions = {}): Promise<LabMachine> {
    const machine = new LabMachine();
    for (const key of [machine.key, machine.otherKey])
      await succeed("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    machine.address = await machine.make("up", options);
    return machine;
  }

  /** A new machine takes the place and the address. */
  async replace(options: MachineOptions = {}): Promise<void> {
    await this.make("replace", options);
  }

  command(name: "stop" | "start" | "reboot" | "kill" | "down"): Promise<string> {
    return succeed(script, [name, this.name]);
  }

  /** Runs a shell script there as root, without ssh. */
  run(words: string): Promise<string> {
    return succeed(script, ["run", this.name, "sh", "-c", words]);
  }

  /** A registry that takes images, by the one name that it has here and on all machines; gone with the last of them. */
  static async registry(): Promise<string> {
    return (await succeed(script, ["images"])).trim();
  }

  /** The key on its console. */
  async hostKey(): Promise<string> {
    const line = await this.run("cat /etc/ssh/ssh_host_ed25519_key.pub");
    return line.trim().split(" ").slice(0, 2).join(" ");
  }

  /** Resolves when it has booted. */
  async booted(): Promise<void> {
    const wait = `until cloud-init status 2>/dev/null | grep -q done; do sleep 0.5; done`;
    await this.run(`timeout ${bootSeconds} sh -c '${wait}'`);
  }

  /** Settings of a stack that goes there. */
  stackSettings(user = "cc"): [string, string][] {
    return [
      ["target", "ssh"],
      ["ssh.address", this.address],
      ["ssh.user", user],
      ["ssh.privateKeyPath", this.key],
      ["tls", "off"],
    ];
  }

  async dispose(): Promise<void> {
    await this.command("down");
    rmSync(this.folder, { recursive: true });
  }

  private async make(command: "up" | "replace", options: MachineOptions): Promise<string> {
    const { bootDelay = 0, userData = () => "", docker = true, disk } = options;
    const file = join(this.folder, "user-data");
    const publicKey = `${this.key}.pub`;
    writeFileSync(file, userData(readFileSync(publicKey, "utf8").trim()));
    const args = ["--ssh-key", publicKey, "--user-data", file];
    args.push("--boot-delay", String(bootDelay));
    if (!docker) args.push("--no-docker");
    if (disk) args.push("--disk", disk);
    return (await succeed(script, [command, this.name, ...args])).trim();
  }
}
