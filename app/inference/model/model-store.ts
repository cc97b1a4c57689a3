// The bucket of models: `<sha256>.onnx`, and `aliases/<name>` that says which of them is meant.
import { buffer } from "node:stream/consumers";
import { Value } from "@sinclair/typebox/value";
import { Client } from "minio";
import { ModelUnavailable } from "./errors";
import { ModelAlias, sha256Of } from "./model-file";

export interface ModelStore {
  /** Which model an alias stands for. Throws ModelUnavailable. */
  alias(name: string): Promise<ModelAlias>;
  /** The bytes of a model, of that hash for certain. Throws ModelUnavailable. */
  model(sha256: string): Promise<Uint8Array>;
}

export interface ModelStoreOptions {
  readonly endpoint: string;
  readonly user: string;
  readonly password: string;
  readonly bucket: string;
  /** A store that doesn't finish an answer in this time counts as down. */
  readonly timeoutSeconds: number;
}

export function objectModelStore(options: ModelStoreOptions): ModelStore {
  const client = clientOf(options);
  const { bucket, timeoutSeconds } = options;

  async function object(key: string): Promise<Buffer> {
    try {
      return await within(timeoutSeconds, async () => buffer(await client.getObject(bucket, key)));
    } catch (error) {
      throw new ModelUnavailable(`${bucket}/${key} can't be read: ${causeOf(error)}`, {
        cause: error,
      });
    }
  }

  return {
    async alias(name) {
      const key = `aliases/${name}`;
      const alias = parsed(await object(key));
      if (Value.Check(ModelAlias, alias)) return alias;
      throw new ModelUnavailable(`${bucket}/${key} isn't {"sha256", "version", "publishedAt"}`);
    },
    async model(sha256) {
      const key = `${sha256}.onnx`;
      const bytes = await object(key);
      if (sha256Of(bytes) === sha256) return bytes;
      throw new ModelUnavailable(`${bucket}/${key} has another hash than its name says`);
    },
  };
}

function clientOf({ endpoint, user, password }: ModelStoreOptions): Client {
  const url = new URL(endpoint);
  return new Client({
    endPoint: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    useSSL: url.protocol === "https:",
    accessKey: user,
    secretKey: password,
    region: "us-east-1", // S3's default; without it the client asks for the bucket's region first
    retryOptions: { disableRetry: true }, // the loader retries
  });
}

/** The client has no time limit of its own. */
async function within<Result>(seconds: number, work: () => Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** S3's code ("NoSuchKey") or the system's ("ECONNREFUSED"), else the message. */
function causeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

function parsed(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString("utf8"));
  } catch {
    return undefined;
  }
}
