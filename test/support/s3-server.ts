// An object store of a test's own, for what speaks S3: the project's MinIO in a container that keeps nothing.
import { randomBytes } from "node:crypto";
import { Client as ObjectStore } from "minio";
import { succeed } from "../../cli/processes";
import { docker } from "./docker";
import { eventually } from "./eventually";
import { ownImage } from "./own-image";

const accessKey = "test-user";

export interface S3Server {
  address: string;
  accessKey: string;
  secretKey: string;
  client: ObjectStore;
  dispose(): Promise<void>;
}

export async function startS3Server(bucket: string): Promise<S3Server> {
  const secretKey = randomBytes(16).toString("hex");
  const image = await ownImage("minio");
  const user = ["--env", `MINIO_ROOT_USER=${accessKey}`, "--env", "MINIO_ROOT_PASSWORD"];
  const options = [
    "--detach",
    // The image may be a stack's, with its labels: a destroy of that stack must not take this container.
    ...["--label", "feedback-loop.stack=", "--label", "feedback-loop.owner="],
    "--publish",
    "127.0.0.1::9000",
    "--tmpfs",
    "/data:uid=1000",
    ...user,
  ];
  const env = environment({ MINIO_ROOT_PASSWORD: secretKey });
  const container = (await succeed("docker", ["run", ...options, image.name], { env })).trim();
  const address = (await docker("port", container, "9000")).trim();
  const [endPoint = "", port] = address.split(":");
  const connection = { endPoint, port: Number(port), useSSL: false, accessKey, secretKey };
  const client = new ObjectStore(connection);
  await eventually(() => client.makeBucket(bucket), { withinSeconds: 60 });
  return {
    address,
    accessKey,
    secretKey,
    client,
    dispose: async () => {
      await docker("rm", "--force", container);
      await image.dispose();
    },
  };
}

const environment = (more: NodeJS.ProcessEnv) => ({ ...process.env, ...more });
