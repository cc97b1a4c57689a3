// A worker thread: the only code that loads onnxruntime and sharp. It holds one session, decodes one
// picture at a time and runs the model on it; it knows nothing of HTTP.
import { workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { float16Bytes } from "./float16";
import { pictureTensor, restrictReaders } from "./picture";
import type { Outcome, Task, WorkerData } from "./task";

const { path, transform, classCount, readersRestricted } = workerData as WorkerData;
restrictReaders(readersRestricted);

// Input and outputs have these names in every model of our format (app/model/format); models without
// an embedding are served, too.
const INPUT = "input";
const LOGITS = "logits";
const EMBEDDING = "embedding";

/** Opened at first use: a failure then belongs to the task that needed it, not to the thread. */
let session: Promise<InferenceSession> | undefined;

function openSession(): Promise<InferenceSession> {
  // Parallel work comes from the number of workers; threads within a session only get in their way.
  session ??= InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return session;
}

/** The logits, and the embedding if it is wanted and the model has one. */
async function outputsOf(tensor: Float32Array, { wantsEmbedding }: Pick<Task, "wantsEmbedding">) {
  const { size } = transform;
  const model = await openSession();
  const withEmbedding = wantsEmbedding && model.outputNames.includes(EMBEDDING);
  const names = withEmbedding ? [LOGITS, EMBEDDING] : [LOGITS];
  const outputs = await model.run(
    { [INPUT]: new Tensor("float32", tensor, [1, 3, size, size]) },
    names,
  );
  return {
    logits: floats(outputs, LOGITS),
    embedding: withEmbedding ? floats(outputs, EMBEDDING) : undefined,
  };
}

function floats(outputs: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const values = outputs[name] instanceof Tensor ? outputs[name].data : undefined;
  if (values instanceof Float32Array) return values;
  throw new Error(`its output "${name}" isn't float32`);
}

/** The logits of one photo, or why there are none. */
export async function classify(task: Task): Promise<Outcome> {
  try {
    return await classified(task);
  } catch (error) {
    return { kind: "failed", detail: traceOf(error) };
  }
}

async function classified({ photo, wantsEmbedding }: Task): Promise<Outcome> {
  const start = performance.now();
  const tensor = await pictureTensor(photo, transform);
  release(photo);
  if (!(tensor instanceof Float32Array)) return tensor;
  const decoded = performance.now();
  const { logits, embedding } = await outputsOf(tensor, { wantsEmbedding });
  return {
    kind: "classified",
    logits,
    embedding: embedding && float16Bytes(embedding),
    decodeSeconds: (decoded - start) / 1000,
    inferenceSeconds: (performance.now() - decoded) / 1000,
  };
}

/**
 * Gives the bytes back at once (Node 22 and later). The garbage collector seldom runs in a thread with
 * so little of its own: after 200 bodies of 10 MiB the service had 310 MiB without this, 210 with it.
 */
function release({ buffer }: Uint8Array<TransferableBuffer>): void {
  buffer.transfer?.(0);
}

/** What ES2024 adds. */
interface TransferableBuffer extends ArrayBuffer {
  transfer?: (byteLength: number) => ArrayBuffer;
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Proves that the model runs and answers sensibly on an even picture; throws what is wrong with it. */
export async function selfTest(): Promise<void> {
  const even = new Float32Array(3 * transform.size ** 2);
  const { logits, embedding } = await outputsOf(even, { wantsEmbedding: true });
  if (logits.length !== classCount) {
    throw new Error(`it answers with ${logits.length} values for ${classCount} classes`);
  }
  if (!logits.every(Number.isFinite)) {
    throw new Error(`it answers with ${logits.join(", ")}, which aren't all finite numbers`);
  }
  if (embedding !== undefined && !embedding.every(Number.isFinite)) {
    throw new Error("its embedding of an even picture isn't all finite numbers");
  }
}
