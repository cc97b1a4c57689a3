// A worker thread: the only code that loads onnxruntime and sharp. It holds one session, decodes one
// picture at a time and runs the model on it; it knows nothing of HTTP.
import { workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { pictureTensor } from "./picture";
import type { Outcome, WorkerModel } from "./task";

const { path, transform, classCount } = workerData as WorkerModel;

// Input and output have these names in every model of our format (app/model/format).
const INPUT = "input";
const LOGITS = "logits";

/** Opened at first use: a failure then belongs to the task that needed it, not to the thread. */
let session: Promise<InferenceSession> | undefined;

function openSession(): Promise<InferenceSession> {
  // Parallel work comes from the number of workers; threads within a session only get in their way.
  session ??= InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return session;
}

async function logitsOf(tensor: Float32Array): Promise<Float32Array> {
  const { size } = transform;
  const input = new Tensor("float32", tensor, [1, 3, size, size]);
  const { [LOGITS]: logits } = await (await openSession()).run({ [INPUT]: input }, [LOGITS]);
  if (logits === undefined || !(logits.data instanceof Float32Array)) {
    throw new Error(`its output "${LOGITS}" isn't float32`);
  }
  return logits.data;
}

/** The logits of one photo, or why there are none. */
export async function classify(photo: Uint8Array): Promise<Outcome> {
  const start = performance.now();
  const tensor = await pictureTensor(photo, transform);
  if (!(tensor instanceof Float32Array)) return tensor;
  const decoded = performance.now();
  const logits = await logitsOf(tensor);
  return {
    kind: "classified",
    logits,
    decodeSeconds: (decoded - start) / 1000,
    inferenceSeconds: (performance.now() - decoded) / 1000,
  };
}

/** Proves that the model runs and answers sensibly on an even picture; throws what is wrong with it. */
export async function selfTest(): Promise<void> {
  const logits = await logitsOf(new Float32Array(3 * transform.size ** 2));
  if (logits.length !== classCount) {
    throw new Error(`it answers with ${logits.length} values for ${classCount} classes`);
  }
  if (!logits.every(Number.isFinite)) {
    throw new Error(`it answers with ${logits.join(", ")}, which aren't all finite numbers`);
  }
}
