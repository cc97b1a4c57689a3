// Runs beside the object store, in a container of the stack's own networks: what goes in and out is on the pipes, as
// frames. One mode a run:
//   take     writes all buckets with all their objects
//   list     writes all buckets with the keys and sizes of their objects
//   put      reads buckets and objects, and writes them to the store
//   remove   reads buckets and keys, and removes those objects
import { pipeline } from "node:stream/promises";
import { FrameReader, line } from "../frames";
import { ObjectStore } from "./object-store";

/** Keys that name other objects. They are taken first: what they name is there by then, and nothing of it goes away. */
const pointers = "aliases/";

/** A line to the store: from here on this bucket, or an object of it. */
export interface Order {
  bucket?: string;
  key?: string;
  bytes?: number;
  sha256?: string;
  headers?: Record<string, string>;
}

/** A line from the store. */
export interface Report {
  bucket?: string;
  key?: string;
  bytes?: number;
  headers?: Record<string, string>;
  /** All has been said. */
  end?: true;
}

async function* take(store: ObjectStore): AsyncGenerator<Buffer> {
  for (const bucket of await store.buckets()) {
    yield line({ bucket });
    for await (const { key } of pointersFirst(store, bucket)) {
      const object = await store.get(bucket, key);
      if (!object) continue;
      const { bytes, headers, body } = object;
      yield line({ key, bytes, headers });
      for await (const chunk of body) yield chunk as Buffer;
    }
  }
  yield line({ end: true });
}

async function* pointersFirst(store: ObjectStore, bucket: string): AsyncGenerator<{ key: string }> {
  yield* store.objects(bucket, pointers);
  for await (const object of store.objects(bucket))
    if (!object.key.startsWith(pointers)) yield object;
}

async function* list(store: ObjectStore): AsyncGenerator<Buffer> {
  for (const bucket of await store.buckets()) {
    yield line({ bucket });
    for await (const object of store.objects(bucket)) yield line(object);
  }
  yield line({ end: true });
}

async function* put(store: ObjectStore): AsyncGenerator<Buffer> {
  for await (const { bucket, order, reader } of orders()) {
    const { key, bytes = 0, sha256 = "", headers = {} } = order;
    if (key === undefined) continue;
    await store.put(bucket, key, { bytes, sha256, headers }, reader.bytes(bytes));
  }
  yield line({ end: true });
}

async function* remove(store: ObjectStore): AsyncGenerator<Buffer> {
  for await (const { bucket, order } of orders())
    if (order.key !== undefined) await store.remove(bucket, order.key);
  yield line({ end: true });
}

async function* orders() {
  const reader = new FrameReader(process.stdin);
  let bucket = "";
  for (;;) {
    const order = await reader.message<Order>();
    if (!order) return;
    bucket = order.bucket ?? bucket;
    yield { bucket, order, reader };
  }
}

const modes = { take, list, put, remove };
export type Mode = keyof typeof modes;

async function main(): Promise<void> {
  const { STORE_MODE, OBJECT_STORE_ENDPOINT, OBJECT_STORE_USER, OBJECT_STORE_PASSWORD } =
    process.env as Record<string, string>;
  const login = { user: OBJECT_STORE_USER!, password: OBJECT_STORE_PASSWORD! };
  const store = new ObjectStore(OBJECT_STORE_ENDPOINT!, login);
  await pipeline(modes[STORE_MODE as Mode](store), process.stdout);
  store.close();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
