// Airflow's parts as their specs run them, with stores of a test's own behind them: roles and rights are those that the
// specs ask for, made by the job `provision`. Their network has no way out.
import { randomBytes } from "node:crypto";
import { type Result, run, succeed } from "../../cli/processes";
import { airflow } from "../../infra/services/airflow";
import { referencesIn } from "../../infra/services/env-value";
import { provision } from "../../infra/services/provision";
import type { ContainerSpec, ServiceSpec } from "../../infra/services/service-spec";
import { trainer } from "../../infra/services/trainer";
import { AirflowClient } from "./airflow-client";
import { docker, inspect } from "./docker";
import { eventually } from "./eventually";
import { type OwnImage, ownImage } from "./own-image";
import { PostgresContainer } from "./postgres-container";
import { type S3Server, startS3Server } from "./s3-server";
import { networkWithStores, runSpecified } from "./specified-container";

const specs = airflow([]);
const migrate = specs.find(({ kind }) => kind === "job")!;
const services = specs.filter((spec): spec is ServiceSpec => spec.kind === "service");
const provisioning = provision([...specs, trainer()]);
/** A busy machine makes the tables of a new database for minutes. */
const startSeconds = 480;

const names: Record<string, string> = {
  "database-superuser": "postgres",
  "airflow-admin": "admin",
  "airflow-student": "student",
};
const secret = () => randomBytes(16).toString("hex");

export class AirflowContainers {
  /** By credential; a test may change them, as a rotation does. */
  readonly credentials: Record<string, { user: string; password: string }> = {};
  private readonly name = `feedback-loop-test-${randomBytes(4).toString("hex")}`;

  private constructor(
    readonly database: PostgresContainer,
    readonly store: S3Server,
    private readonly images: Record<"provision" | "airflow", OwnImage>,
  ) {
    const references = [...specs, provisioning].flatMap(({ env }) =>
      Object.values(env).flatMap(referencesIn),
    );
    for (const reference of references) {
      if (!("secret" in reference)) continue;
      const [credential = ""] = reference.secret.split(".");
      const user = names[credential] ?? credential.replace(/^(database|object-store)-/, "");
      this.credentials[credential] = { user, password: secret() };
    }
    Object.assign(this.credentials, {
      "database-superuser": { user: "postgres", password: database.superuser.password as string },
      "object-store-root": { user: store.accessKey, password: store.secretKey },
      // 32 bytes in URL-safe base64.
      "airflow-fernet": { user: "", password: Buffer.from(secret()).toString("base64url") + "=" },
    });
  }

  /** Resolves when all parts are healthy. */
  static async start(): Promise<AirflowContainers> {
    const [database, store] = await Promise.all([
      PostgresContainer.start(),
      startS3Server("production"),
    ]);
    const images = { provision: await ownImage("provision"), airflow: await ownImage("airflow") };
    const containers = new AirflowContainers(database, store, images);
    try {
      await networkWithStores(containers.name, { database, store });
      await containers.run(provisioning, "provision", ["--rm"]);
      await containers.migrate();
      for (const spec of services) await containers.startService(spec);
      await containers.healthy();
    } catch (error) {
      const log = await containers.logs();
      await containers.remove();
      throw new Error(`${String(error)}\n${log}`, { cause: error });
    }
    return containers;
  }

  /** Runs the job that sets up the database, with the passwords of now. */
  migrate(): Promise<string> {
    return this.run(migrate, "airflow", ["--rm"]);
  }

  /** Resolves when each part's own health check has found it well. */
  healthy(): Promise<void> {
    return eventually(
      async () => {
        for (const { name } of services) {
          const { State } = await inspect(this.container(name));
          if (State.Health?.Status !== "healthy")
            throw new Error(`${name} is ${State.Health?.Status}`);
        }
      },
      { withinSeconds: startSeconds, everyMs: 1000 },
    );
  }

  /** As the account of a credential; the machine reaches every container by its address. */
  async client(credential: string): Promise<AirflowClient> {
    const endpoints = { airflow: { url: await this.url() } };
    return AirflowClient.login({ endpoints, credentials: this.credentials }, credential);
  }

  async url(): Promise<string> {
    const format = `{{(index .NetworkSettings.Networks "${this.name}").IPAddress}}`;
    const address = await docker("inspect", "--format", format, this.container("airflow-api"));
    return `http://${address.trim()}:8080`;
  }

  /** A command in the container of one part. */
  exec(service: string, ...command: string[]): Promise<Result> {
    return run("docker", ["exec", this.container(service), ...command]);
  }

  /** A program of Python's in a fresh container of the image, with no network and no setting. */
  python(program: string, ...options: string[]): Promise<string> {
    const args = ["run", "--rm", "--interactive", "--network", "none", "--read-only", ...options];
    const rest = ["--tmpfs", "/tmp", "--entrypoint", "python", this.images.airflow.name, "-"];
    return succeed("docker", [...args, ...rest], { input: program });
  }

  inspect = (service: string) => inspect(this.container(service));
  /** As when the kernel kills it, or its host loses power. */
  kill = (service: string) => docker("kill", this.container(service));
  restart = (service: string) => docker("start", this.container(service));

  /** The last lines of each part. */
  async logs(): Promise<string> {
    const logs = services.map(async ({ name }) => {
      const { stdout, stderr } = await run("docker", [
        ...["logs", "--tail", "40", this.container(name)],
      ]);
      return `${name}:\n${stdout}${stderr}`;
    });
    return (await Promise.all(logs)).join("\n");
  }

  async remove(): Promise<void> {
    for (const { name, volumes } of services) {
      await docker("rm", "--force", this.container(name));
      for (const volume of volumes)
        await docker("volume", "rm", "--force", this.volume(volume.name));
    }
    await this.database.remove();
    await this.store.dispose();
    await docker("network", "rm", this.name);
    for (const image of Object.values(this.images)) await image.dispose();
  }

  private container = (service: string) => `${this.name}-${service}`;
  private volume = (name: string) => `${this.name}-${name}`;

  private async startService(spec: ServiceSpec): Promise<void> {
    const { name, volumes, health } = spec;
    const options = ["--detach", "--name", this.container(name), "--network-alias", name];
    const mounts = volumes.flatMap((volume) => [
      ...["--volume", `${this.volume(volume.name)}:${volume.path}`],
    ]);
    // The engine gives what it's told here to a shell.
    const check = health.command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const healthOptions = ["--health-cmd", check, "--health-interval", `${health.everySeconds}s`];
    const timing = ["--health-timeout", `${health.timeoutSeconds}s`, "--health-start-period", "8m"];
    await this.run(spec, "airflow", [...options, ...mounts, ...healthOptions, ...timing]);
  }

  private run(
    spec: ContainerSpec,
    image: keyof typeof this.images,
    options: string[],
  ): Promise<string> {
    const setting = {
      image: this.images[image].name,
      network: this.name,
      credentials: this.credentials,
      urls: {
        minio: "http://minio:9000",
        inference: "http://inference:8000",
        "label-studio": "http://label-studio:8080",
      },
      publicUrl: "http://airflow.test:8080",
    };
    return runSpecified(spec, setting, options);
  }
}
