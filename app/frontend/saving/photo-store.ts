// The object store as the frontend uses it: put and get photos in one bucket that others made.
import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "minio";

export interface PhotoStore {
  /** Keeps the bytes under the key; doing it again with the same bytes changes nothing. */
  put(key: string, photo: Buffer, mediaType: string): Promise<void>;
  get(key: string): Promise<Buffer>;
  /** Resolves if the store answers and the bucket is there. */
  ping(): Promise<void>;
}

export interface PhotoStoreOptions {
  endpoint: URL;
  user: string;
  password: string;
  bucket: string;
  /** Longest silence on a connection; a whole request gets twice as long. */
  timeoutSeconds?: number;
}

/** The store didn't answer in time. */
class StoreTimeout extends Error {
  override readonly name = "StoreTimeout";
}

export function createPhotoStore(options: PhotoStoreOptions): PhotoStore {
  const { endpoint, bucket, timeoutSeconds = 5 } = options;
  const useSSL = endpoint.protocol === "https:";
  const client = new Client({
    endPoint: endpoint.hostname,
    port: Number(endpoint.port) || (useSSL ? 443 : 80),
    useSSL,
    accessKey: options.user,
    secretKey: options.password,
    // Known beforehand, so that no call has to ask for the bucket's location first.
    region: "us-east-1",
    transportAgent: impatientAgent(useSSL, timeoutSeconds * 1000),
    // The saver is what tries again; the client's own tries would write to the console.
    retryOptions: { disableRetry: true },
  });
  const limited = <T>(work: Promise<T>) => withDeadline(work, timeoutSeconds * 2000);
  return {
    async put(key, photo, mediaType) {
      await limited(
        client.putObject(bucket, key, photo, photo.length, { "Content-Type": mediaType }),
      );
    },
    get: (key) => limited(client.getObject(bucket, key).then((stream) => buffer(stream))),
    async ping() {
      if (!(await limited(client.bucketExists(bucket)))) {
        throw new Error(`bucket "${bucket}" doesn't exist; the provision job makes it`);
      }
    },
  };
}

/**
 * Connections that are cut once they have been silent for too long: the client itself waits forever.
 * The agent's `timeout` re-arms the socket's timer at each use, but only tells of its end.
 */
function impatientAgent(useSSL: boolean, silenceMillis: number): Agent {
  const options = { keepAlive: true, maxSockets: 16, timeout: silenceMillis };
  const agent = useSSL ? new TlsAgent(options) : new Agent(options);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...connection) => {
    const socket = connect(...connection);
    socket?.on("timeout", () => socket.destroy(new StoreTimeout("the object store is silent")));
    return socket;
  };
  return agent;
}

/** For what socket silence doesn't catch, such as an answer that trickles in. */
async function withDeadline<T>(work: Promise<T>, millis: number): Promise<T> {
  const done = new AbortController();
  const deadline = sleep(millis, undefined, { signal: done.signal }).then(() => {
    throw new StoreTimeout(`the object store took longer than ${millis / 1000} s`);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    deadline.catch(() => undefined);
    done.abort();
  }
}
