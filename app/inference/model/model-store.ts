// The bucket of models: `<sha256>.onnx`, and `aliases/<name>` that says which of them is meant.
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { addAbortSignal, type Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Value } from "@sinclair/typebox/value";
import { Client } from "minio";
import { ModelUnavailable } from "./errors";
import { ModelAlias } from "./model-file";

export interface Download {
  readonly signal: AbortSignal;
  readonly take: (bytes: AsyncIterable<Uint8Array>) => Promise<void>;
}

export interface ModelStore {
  /** Which model an alias stands for. Throws ModelUnavailable, also when `signal` ends the wait. */
  alias(name: string, signal: AbortSignal): Promise<ModelAlias>;
  /** Hands on the bytes of a model as they come, of any hash. Throws as `alias` and `take` do. */
  model(sha256: string, download: Download): Promise<void>;
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
  const { bucket, timeoutSeconds } = options;

  async function object<Result>(
    key: string,
    signal: AbortSignal,
    take: (bytes: Readable) => Promise<Result>,
  ): Promise<Result> {
    const { client, disconnect } = connectionTo(options);
    const late = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      signal.throwIfAborted();
      const ended = AbortSignal.any([signal, late]);
      const bytes = await Promise.race([client.getObject(bucket, key), rejectionAt(ended)]);
      return await take(addAbortSignal(ended, bytes));
    } catch (error) {
      if (error instanceof ModelUnavailable) throw error;
      const cause = late.aborted ? `no answer within ${timeoutSeconds} s` : causeOf(error);
      throw new ModelUnavailable(`${bucket}/${key} can't be read: ${cause}`, { cause: error });
    } finally {
      disconnect();
    }
  }

  return {
    async alias(name, signal) {
      const key = `aliases/${name}`;
      const alias = parsed(await object(key, signal, buffer));
      if (Value.Check(ModelAlias, alias)) return alias;
      throw new ModelUnavailable(`${bucket}/${key} isn't {"sha256", "version", "publishedAt"}`);
    },
    model: (sha256, { signal, take }) => object(`${sha256}.onnx`, signal, take),
  };
}

interface Connection {
  readonly client: Client;
  /** Ends what is under way over it, on both sides. */
  readonly disconnect: () => void;
}

/** The client has no time limit of its own and takes no signal. */
function rejectionAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

/** A connection for one object: some bytes every few seconds need no pool. */
function connectionTo({ endpoint, user, password }: ModelStoreOptions): Connection {
  const url = new URL(endpoint);
  const useSSL = url.protocol === "https:";
  const agent = useSSL ? new HttpsAgent() : new HttpAgent();
  const client = new Client({
    endPoint: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    useSSL,
    accessKey: user,
    secretKey: password,
    region: "us-east-1", // S3's default; without it the client asks for the bucket's region first
    retryOptions: { disableRetry: true }, // whoever follows the alias retries
    transportAgent: agent,
  });
  return { client, disconnect: () => agent.destroy() };
}

/** S3's code ("NoSuchKey") or the system's ("ECONNREFUSED"), else the message. */
function causeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : message;
}

function parsed(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString("utf8"));
  } catch {
    return undefined;
  }
}
