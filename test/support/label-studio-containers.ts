// Label Studio as its spec runs it, with stores of a test's own behind it: roles and rights are those that the spec asks
// for, made by the job `provision`. Its network has no way out.
import { randomBytes } from "node:crypto";
import { type Result, run } from "../../cli/processes";
import { labelStudio, labelStudioProject } from "../../infra/services/label-studio";
import { provision } from "../../infra/services/provision";
import type { ContainerSpec } from "../../infra/services/service-spec";
import { labelingBucket } from "../../infra/services/stores";
import { docker } from "./docker";
import { eventually } from "./eventually";
import { LabelStudioClient } from "./label-studio";
import { type OwnImage, ownImage } from "./own-image";
import { PostgresContainer } from "./postgres-container";
import { type S3Server, startS3Server } from "./s3-server";
import { networkWithStores, runSpecified } from "./specified-container";

const service = labelStudio();
const project = labelStudioProject();
/** A busy machine makes the tables of a new database for minutes. */
const startSeconds = 480;

const password = () => randomBytes(16).toString("hex");

export class LabelStudioContainers {
  /** By credential; a test may change them, as a rotation does. */
  readonly logins: Record<string, { user: string; password: string }>;
  private readonly name = `feedback-loop-test-${randomBytes(4).toString("hex")}`;

  private constructor(
    readonly database: PostgresContainer,
    readonly store: S3Server,
    private readonly images: Record<"provision" | "label-studio", OwnImage>,
  ) {
    const login = (user: string) => ({ user, password: password() });
    this.logins = {
      "database-superuser": {
        user: database.superuser.user!,
        password: database.superuser.password as string,
      },
      "object-store-root": { user: store.accessKey, password: store.secretKey },
      "database-label-studio": login("label-studio"),
      "object-store-label-studio": login("label-studio"),
      "label-studio-admin": login("admin@gourmetgram.example"),
      "label-studio-annotator": login("annotator@gourmetgram.example"),
      "label-studio-token": login("label-studio-token"),
      "label-studio-secret-key": login("label-studio-secret-key"),
    };
  }

  /** Resolves when Label Studio answers. */
  static async start(): Promise<LabelStudioContainers> {
    const [database, store] = await Promise.all([
      PostgresContainer.start(),
      startS3Server("production"),
    ]);
    const images = {
      provision: await ownImage("provision"),
      "label-studio": await ownImage("label-studio"),
    };
    const containers = new LabelStudioContainers(database, store, images);
    try {
      await networkWithStores(containers.name, { database, store });
      await containers.provision();
      await docker("volume", "create", containers.name);
      await containers.startService();
    } catch (error) {
      await containers.remove();
      throw error;
    }
    return containers;
  }

  /** Makes roles, bucket and user, with the passwords of now. */
  async provision(): Promise<void> {
    await this.job(provision([service]), "provision");
  }

  /** Runs the job that sets up the project. */
  project(): Promise<string> {
    return this.job(project, "label-studio");
  }

  /** Starts Label Studio anew, as a deployment does that changed its environment. */
  async startService(): Promise<void> {
    await docker("rm", "--force", this.name);
    const volume = `${this.name}:${service.volumes[0]!.path}`;
    const options = ["--detach", "--name", this.name, "--network-alias", service.name];
    await this.run(service, "label-studio", [...options, "--volume", volume]);
    const { url } = await this.client();
    await eventually(
      async () => {
        const health = await fetch(`${url}/health/`).catch(() => undefined);
        if (!health?.ok) throw new Error(`Label Studio isn't ready: ${await this.log()}`);
      },
      { withinSeconds: startSeconds, everyMs: 1000 },
    );
  }

  /** With the token of now; the machine reaches every container by its address. */
  async client(): Promise<LabelStudioClient> {
    const address = await this.address(this.name);
    const [{ number } = { number: 0 }] = service.ports;
    return new LabelStudioClient(
      `http://${address}:${number}`,
      this.logins["label-studio-token"]!.password,
    );
  }

  /** A command in Label Studio's container. */
  exec(...command: string[]): Promise<Result> {
    return run("docker", ["exec", this.name, ...command]);
  }

  log = (): Promise<string> => docker("logs", "--tail", "50", this.name);

  /** Copies a photo to where annotators get theirs from. */
  async addPhoto(key: string, path: string): Promise<void> {
    await this.store.client.fPutObject(labelingBucket, key, path);
  }

  async remove(): Promise<void> {
    await docker("rm", "--force", "--volumes", this.name);
    await this.database.remove();
    await this.store.dispose();
    await docker("volume", "rm", "--force", this.name);
    await docker("network", "rm", this.name);
    for (const image of Object.values(this.images)) await image.dispose();
  }

  /** Runs a job to its end; throws with its own words when it fails. */
  private job(spec: ContainerSpec, image: keyof typeof this.images): Promise<string> {
    return this.run(spec, image, ["--rm"]);
  }

  private run(
    spec: ContainerSpec,
    image: keyof typeof this.images,
    options: string[],
  ): Promise<string> {
    const setting = {
      image: this.images[image].name,
      network: this.name,
      credentials: this.logins,
      urls: { minio: "http://minio:9000", [service.name]: `http://${service.name}:8080` },
      publicUrl: "http://label-studio.test:8081",
    };
    return runSpecified(spec, setting, options);
  }

  private async address(container: string): Promise<string> {
    const format = `{{(index .NetworkSettings.Networks "${this.name}").IPAddress}}`;
    return (await docker("inspect", "--format", format, container)).trim();
  }
}
