// An object store of a test's own, for what speaks S3: the project's MinIO in a container that keeps nothing.
import { randomBytes } from "node:crypto";
import { Client as ObjectStore } from "minio";
import { buildImage } from "../../cli/images/build";
import { succeed } from "../../cli/processes";
import { finding } from "../../cli/setup/findings";
import { dockerHub, ownImageName } from "../../infra/images";
import { imageContent } from "../../infra/runtime/own-images";
import { docker } from "./docker";
import { eventually } from "./eventually";
import { root } from "./test-stack";

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
  const image = await minioImage();
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

interface Image {
  name: string;
  dispose: () => Promise<unknown>;
}

/** That of any stack on the engine which is of the same source, else one of the test's own. */
async function minioImage(): Promise<Image> {
  const name = ownImageName("feedback-loop-test", "minio", imageContent(root, "minio"));
  const anyStack = name.replace(/^[^/]*/, "*");
  const there = await docker("images", "--quiet", "--filter", `reference=${anyStack}`);
  const [found] = there.split("\n");
  if (found) return { name: found, dispose: () => Promise.resolve() };
  await buildImage("minio", {
    name,
    registryMirror: finding("images")?.registryMirror ?? dockerHub,
  });
  return { name, dispose: () => docker("rmi", "--force", name) };
}

const environment = (more: NodeJS.ProcessEnv) => ({ ...process.env, ...more });
