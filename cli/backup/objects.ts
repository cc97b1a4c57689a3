// All buckets of a stack, through a container beside the object store that runs our own program and is gone afterwards.
import { join } from "node:path";
import { buildSync } from "esbuild";
import { jobScript } from "../../infra/runtime/container-args";
import type { ContainerSpec } from "../../infra/services/service-spec";
import { root } from "../paths";
import type { IncomingObject } from "./archive";
import { CutOff, FrameReader, line } from "./frames";
import type { Mode, Report } from "./inside/main";
import type { IndexEntry } from "./manifest";
import { type Piped, abandon, feed, startBeside } from "./pipes";
import type { StackStores } from "./stack-stores";

export type Buckets = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Every bucket in turn, with its objects in turn: each has to be read to its end before the next. */
export async function* takeObjects(
  stores: StackStores,
): AsyncGenerator<{ bucket: string; objects: AsyncGenerator<IncomingObject> }> {
  const program = startInStack(stores, "take");
  program.stdin.end();
  const reader = new FrameReader(program.stdout);
  let next: Report = await said(program, reader);
  async function* objects(): AsyncGenerator<IncomingObject> {
    next = await said(program, reader);
    while (next.key !== undefined) {
      const { key, headers = {}, bytes = 0 } = next;
      yield { key, headers, content: orItsReason(program, reader.bytes(bytes)) };
      next = await said(program, reader);
    }
  }
  try {
    while (next.bucket !== undefined) yield { bucket: next.bucket, objects: objects() };
    await program.ended;
  } finally {
    abandon(program);
  }
}

/** Size of each object by bucket and key. */
export async function listObjects(stores: StackStores): Promise<Buckets> {
  const program = startInStack(stores, "list");
  program.stdin.end();
  const reader = new FrameReader(program.stdout);
  const buckets = new Map<string, Map<string, number>>();
  let bucket = "";
  for (let next = await said(program, reader); !next.end; next = await said(program, reader)) {
    bucket = next.bucket ?? bucket;
    if (next.key === undefined) buckets.set(bucket, new Map<string, number>());
    else buckets.get(bucket)!.set(next.key, next.bytes!);
  }
  await program.ended;
  return buckets;
}

export interface OutgoingBucket {
  name: string;
  objects: readonly IndexEntry[];
  content: (key: string) => AsyncIterable<Buffer>;
}

/** Writes objects, over those of the same key. */
export function putObjects(
  stores: StackStores,
  buckets: readonly OutgoingBucket[],
  onObject: (bytes: number) => void,
): Promise<void> {
  return give(
    stores,
    "put",
    (async function* () {
      for (const { name, objects, content } of buckets) {
        yield line({ bucket: name });
        for (const { key, bytes, sha256, headers } of objects) {
          yield line({ key, bytes, sha256, headers });
          for await (const chunk of content(key)) yield chunk;
          onObject(bytes);
        }
      }
    })(),
  );
}

export function removeObjects(
  stores: StackStores,
  keys: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  if (keys.size === 0) return Promise.resolve();
  const orders = [...keys].flatMap(([bucket, gone]) => [
    line({ bucket }),
    ...gone.map((key) => line({ key })),
  ]);
  return give(
    stores,
    "remove",
    (async function* () {
      for (const order of orders) yield await Promise.resolve(order);
    })(),
  );
}

async function give(stores: StackStores, mode: Mode, input: AsyncIterable<Buffer>): Promise<void> {
  const program = startInStack(stores, mode);
  const reader = new FrameReader(program.stdout);
  try {
    await feed(program, input);
    await said(program, reader);
    await program.ended;
  } finally {
    abandon(program);
  }
}

/** What the program says next. */
async function said(program: Piped, reader: FrameReader): Promise<Report> {
  const report = await reader
    .message<Report>()
    .catch((error: unknown) => becauseOf(program, error));
  if (report) return report;
  return becauseOf(program, new CutOff("the program beside the object store ended too early"));
}

async function* orItsReason(program: Piped, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    await becauseOf(program, error);
  }
}

/** Rejects with what the program itself said of its end, which explains more than that it ended. */
async function becauseOf(program: Piped, error: unknown): Promise<never> {
  if (error instanceof CutOff) await program.ended;
  throw error;
}

const memoryMiB = 192;
const spec: ContainerSpec = {
  name: "backup",
  image: "provision",
  env: {},
  networks: ["storage"],
  after: [],
  memoryMiB,
  cpus: 1,
  cpuShares: 512,
  pidsLimit: 64,
  tmpfs: {},
};

/** Its environment, the object store's login among it, comes before its input, by the same way. */
function startInStack(stores: StackStores, mode: Mode): Piped {
  const { endpoint, objectStore, naming, nodeImage, storageNetwork, cgroupParent } = stores;
  const script = jobScript(
    { ...spec, command: ["node", "--max-old-space-size=96", "--eval", program()] },
    { naming, imageId: nodeImage, networks: [storageNetwork], cgroupParent, takesInput: true },
  );
  const environment = [
    `STORE_MODE=${mode}`,
    "OBJECT_STORE_ENDPOINT=http://minio:9000",
    `OBJECT_STORE_USER=${objectStore.user}`,
    `OBJECT_STORE_PASSWORD=${objectStore.password}`,
  ];
  const started = startBeside(endpoint, "the program beside the object store", [
    "sh",
    "-c",
    script,
  ]);
  started.stdin.write(`${environment.join("\n")}\n\n`);
  return started;
}

/**
 * As one text for a command line, made from this clone: the stack's images may be of an earlier revision, as they are when
 * somebody takes a backup before an upgrade.
 */
const program = (): string =>
  buildSync({
    entryPoints: [join(root, "cli/backup/inside/main.ts")],
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    write: false,
  }).outputFiles[0]!.text;
