// The frontend's image of a stack, run once more by a test with an outbox of another size, and at first without a way
// to the stores: its way in is a network of its own, since stores are on the stack's `edge`. What it needs to know
// comes from the stack's own container.
import { succeed } from "../../cli/processes";
import { docker, inspect } from "./docker";
import { eventually } from "./eventually";
import type { TestStack } from "./test-stack";

/** User and group `node` of the image. */
const owner = "uid=1000,gid=1000";
const outboxFolder = "/var/lib/outbox";

export interface Room {
  /** Of the disk that the outbox is on. */
  diskMiB: number;
  /** That the outbox may use. */
  limitMiB: number;
}

export class FrontendContainer {
  private constructor(
    private readonly stack: TestStack,
    private readonly name: string,
    readonly url: string,
  ) {}

  /** Resolves when it answers. */
  static async start(stack: TestStack, { diskMiB, limitMiB }: Room): Promise<FrontendContainer> {
    const name = stack.containerName("frontend-of-test");
    const label = `feedback-loop.stack=${stack.name}`;
    await docker("network", "create", "--label", label, name);
    const { Config, HostConfig, Image } = await inspect(stack.containerName("frontend"));
    const memory = String(HostConfig.Memory);
    const environment = [
      ...Config.Env.filter((line) => !line.startsWith("OUTBOX_LIMIT_MIB=")),
      `OUTBOX_LIMIT_MIB=${limitMiB}`,
      "SAVE_RETRY_SECONDS=0.2",
    ];
    const options = [
      ...["--name", name, "--label", label, "--network", name, "--publish", "127.0.0.1::5000"],
      ...["--read-only", "--init", "--memory", memory, "--memory-swap", memory],
      ...["--tmpfs", "/tmp", "--tmpfs", `${outboxFolder}:size=${diskMiB}m,mode=0700,${owner}`],
      ...["--env-file", "/dev/stdin", Image],
    ];
    // Through a pipe: what Node.js gives a program as standard input can't be opened by name.
    await succeed("sh", ["-c", 'cat | docker create "$@"', "sh", ...options], {
      input: environment.join("\n"),
    });
    await docker("network", "connect", stack.containerName("serving"), name);
    await docker("start", name);
    const [address = ""] = (await docker("port", name, "5000")).split("\n");
    const container = new FrontendContainer(stack, name, `http://${address}`);
    await eventually(async () => {
      if (!(await fetch(`${container.url}/livez`)).ok) throw new Error("not alive yet");
    });
    return container;
  }

  async reachStores(): Promise<void> {
    for (const network of ["database", "storage"])
      await docker("network", "connect", this.stack.containerName(network), this.name);
  }

  /** Names of the files in its outbox. */
  async outbox(): Promise<string[]> {
    const names = await docker("exec", this.name, "ls", "-A", outboxFolder);
    return names.split("\n").filter(Boolean).sort();
  }

  async dispose(): Promise<void> {
    await docker("rm", "--force", this.name);
    await docker("network", "rm", this.name);
  }
}
