// The trainer's image as its spec runs it, before a test's own PostgreSQL, with short waits and kinds of job that fail.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { ClientConfig } from "pg";
import { succeed } from "../../cli/processes";
import { trainer } from "../../infra/services/trainer";
import { docker, inspect } from "./docker";
import { type OwnImage, ownImage } from "./own-image";
import { rightsOf } from "./specified-container";
import { root } from "./test-stack";

const testing = join(root, "app/loop/testing");

export class TrainerContainer {
  private constructor(
    private readonly image: OwnImage,
    readonly name: string,
  ) {}

  /** Resolves when it has started; the image is built first unless it is there. */
  static async start(database: ClientConfig): Promise<TrainerContainer> {
    const image = await ownImage("loop");
    const spec = trainer();
    const name = `feedback-loop-test-${randomBytes(4).toString("hex")}`;
    const { command, everySeconds } = spec.health;
    const environment = {
      DATABASE_HOST: database.host,
      DATABASE_PORT: database.port,
      DATABASE_NAME: database.database,
      DATABASE_USER: database.user,
      DATABASE_PASSWORD: database.password as string,
      ALIVE_FILE: spec.env["ALIVE_FILE"] as string,
      POLL_SECONDS: 1,
      LEASE_SECONDS: 5,
      RETRY_SECONDS: 0.1,
    };
    const options = [
      // The test's PostgreSQL is on the machine's loopback.
      ...["--detach", "--name", name, "--network", "host", ...rightsOf(spec)],
      ...["--health-cmd", command[2]!, "--health-interval", `${everySeconds / 10}s`],
      ...["--mount", `type=bind,source=${testing},target=/app/loop/testing,readonly`],
      ...Object.keys(environment).flatMap((variable) => ["--env", variable]),
      ...[image.name, "python", "-m", "loop.testing.trainer"],
    ];
    const env = Object.fromEntries(
      Object.entries(environment).map(([variable, value]) => [variable, String(value)]),
    );
    await succeed("docker", ["run", ...options], { env: { ...process.env, ...env } });
    return new TrainerContainer(image, name);
  }

  state = async () => (await inspect(this.name)).State;

  /** Memory of each of its processes that is in use now, by command line. */
  async residentMiB(): Promise<Map<string, number>> {
    const [, ...lines] = (await docker("top", this.name, "-eo", "pid,rss,args")).trim().split("\n");
    return new Map(
      lines.map((line) => {
        const [, kib, args] = /^\s*\d+\s+(\d+)\s+(.*)$/.exec(line)!;
        return [args!, Number(kib) / 1024];
      }),
    );
  }

  /** As when it is killed by the kernel, or its host loses power. */
  kill = () => docker("kill", this.name);
  stop = () => docker("stop", "--time", String(trainer().stopGraceSeconds), this.name);
  start = () => docker("start", this.name);
  log = () => docker("logs", this.name);

  async remove(): Promise<void> {
    await docker("rm", "--force", this.name);
    await this.image.dispose();
  }
}
