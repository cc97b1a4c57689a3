// The Jupyter image in a container of a test's own, as its spec says, beside stores that the test has on this machine.
import { randomBytes } from "node:crypto";
import { run, succeed } from "../../cli/processes";
import { textOf } from "../../infra/services/env-value";
import { jupyter } from "../../infra/services/jupyter";
import { docker } from "./docker";
import { eventually } from "./eventually";
import { JupyterClient, type Notebook } from "./jupyter-client";
import { type OwnImage, ownImage } from "./own-image";
import { rightsOf, resolverIn } from "./specified-container";
import { freePorts } from "./test-stack";

const spec = jupyter();
const workFolder = spec.volumes[0]!.path;

export interface Login {
  user: string;
  password: string;
}

export interface Stores {
  /** On this machine's loopback. */
  databasePort: number;
  /** `http://HOST:PORT`. */
  objectStore: string;
  /** By the names of the credentials in the spec. */
  logins: Record<string, Login>;
}

export class JupyterContainer {
  private constructor(
    private readonly image: OwnImage,
    readonly id: string,
    private readonly volume: string,
    readonly client: JupyterClient,
  ) {}

  /** Resolves when it answers. */
  static async start(stores: Stores): Promise<JupyterContainer> {
    const image = await ownImage("jupyter");
    const [port = 0] = await freePorts(1);
    const token = randomBytes(16).toString("hex");
    const environment = environmentFor(stores, { port, token });
    const volume = `feedback-loop-test-${randomBytes(4).toString("hex")}`;
    const options = [
      ...["--network", "host", "--volume", `${volume}:${workFolder}`],
      ...rightsOf(spec),
      ...Object.keys(environment).flatMap((name) => ["--env", name]),
    ];
    const env = { ...process.env, ...environment };
    const id = await succeed("docker", ["run", "--detach", ...options, image.name], { env });
    const client = new JupyterClient(`http://127.0.0.1:${port}`, token);
    const container = new JupyterContainer(image, id.trim(), volume, client);
    await container.answers();
    return container;
  }

  /** What it wrote to its log. */
  async log(): Promise<string> {
    const { stdout, stderr } = await run("docker", ["logs", this.id]);
    return stdout + stderr;
  }

  async restart(): Promise<void> {
    await docker("restart", this.id);
    await this.answers();
  }

  async dispose(): Promise<void> {
    await docker("rm", "--force", this.id);
    await docker("volume", "rm", this.volume);
    await this.image.dispose();
  }

  private answers(): Promise<void> {
    return eventually(
      async () => {
        const status = await this.client.status("/api");
        if (status !== 200) throw new Error(`Jupyter answers ${status}:\n${await this.log()}`);
      },
      { withinSeconds: 120 },
    );
  }
}

/** Runs a notebook of the work folder in the container, from top to bottom, and leaves its file as it is. */
export async function runNotebook(container: string, path: string): Promise<Notebook> {
  const command = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--stdout"];
  return JSON.parse(
    await docker("exec", container, ...command, `${workFolder}/${path}`),
  ) as Notebook;
}

/** The environment of the spec, with the stores where the test has them. */
function environmentFor(
  { databasePort, objectStore, logins }: Stores,
  { port, token }: { port: number; token: string },
): Record<string, string> {
  const credentials: Record<string, Login> = {
    ...logins,
    "jupyter-token": { user: "jupyter-token", password: token },
  };
  const resolve = resolverIn({ credentials, urls: { minio: objectStore }, publicUrl: "" });
  return {
    ...Object.fromEntries(
      Object.entries(spec.env).map(([name, value]) => [name, textOf(value, resolve)]),
    ),
    PORT: String(port),
    DATABASE_HOST: "127.0.0.1",
    DATABASE_PORT: String(databasePort),
  };
}
