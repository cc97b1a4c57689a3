// A PostgreSQL of a test's own: the stack's image, a free port on loopback, data in memory, gone afterwards.
import { randomBytes } from "node:crypto";
import { Client, type ClientConfig } from "pg";
import { succeed } from "../../cli/processes";
import { finding } from "../../cli/setup/findings";
import { dockerHub, pullName } from "../../infra/images";
import { docker } from "./docker";
import { eventually } from "./eventually";

const startSeconds = 60;

export class PostgresContainer {
  private constructor(
    private readonly id: string,
    /** The superuser's connection; without a database, its own. */
    readonly superuser: ClientConfig,
  ) {}

  /** Resolves when it answers. */
  static async start(): Promise<PostgresContainer> {
    const password = randomBytes(16).toString("hex");
    const data = "/var/lib/postgresql/data";
    const image = pullName("postgres", finding("images")?.registryMirror ?? dockerHub);
    const options = ["--rm", "--detach", "--publish", "127.0.0.1::5432", "--memory", "256m"];
    const args = [...options, "--tmpfs", data, "--env", "POSTGRES_PASSWORD", image];
    const env = { ...process.env, POSTGRES_PASSWORD: password };
    const id = (await succeed("docker", ["run", ...args], { env })).trim();
    const [port] = /\d+$/m.exec(await docker("port", id, "5432/tcp")) ?? [];
    const server = { host: "127.0.0.1", port: Number(port), user: "postgres", password };
    const container = new PostgresContainer(id, server);
    try {
      await eventually(() => connected(server, (db) => db.query("SELECT 1")), {
        withinSeconds: startSeconds,
      });
    } catch (error) {
      await container.remove();
      throw error;
    }
    return container;
  }

  async remove(): Promise<void> {
    await docker("rm", "--force", "--volumes", this.id);
  }
}

/** Runs work on a connection of its own. */
export async function connected<T>(
  config: ClientConfig,
  work: (db: Client) => Promise<T>,
): Promise<T> {
  const db = new Client(config);
  await db.connect();
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}
