// The only door to the worker threads: this side never loads onnxruntime or sharp, that side never
// sees HTTP.
import { TooManyPixels, UnreadablePhoto } from "../errors";
import { ModelRefused } from "../model/errors";
import type { ModelFile } from "../model/model-file";
import type { Classification, ClassifyOptions, PhotoClassifier } from "./photo-classifier";
import { predictionOf } from "./prediction";
import type { Classified, Outcome, Task } from "./task";
import { WorkQueue } from "./work-queue";
import { WorkerPool, type WorkerPoolOptions } from "./worker-pool";

export interface ClassifierOptions extends Omit<WorkerPoolOptions, "model"> {
  /** Photos that may wait for a worker. */
  readonly maxWaiting: number;
}

export class Classifier implements PhotoClassifier {
  readonly model: ModelFile["description"];
  readonly sha256: string;
  private readonly queue: WorkQueue<Task, Outcome>;

  private constructor(
    { description, sha256 }: ModelFile,
    private readonly workers: WorkerPool,
    maxWaiting: number,
  ) {
    this.model = description;
    this.sha256 = sha256;
    const run = (task: Task) => workers.run(task);
    this.queue = new WorkQueue({ places: workers.size, maxWaiting, run });
  }

  /** Starts the workers and has the model prove itself. Throws ModelRefused, and leaves no worker. */
  static async start(file: ModelFile, options: ClassifierOptions): Promise<Classifier> {
    const { version, transform, classes } = file.description;
    const model = { path: file.path, transform, classCount: classes.length };
    const workers = new WorkerPool({ ...options, model });
    try {
      await workers.selfTest();
    } catch (error) {
      await workers.destroy();
      throw new ModelRefused(`model ${version} failed its self-test: ${messageOf(error)}`);
    }
    return new Classifier(file, workers, options.maxWaiting);
  }

  get waiting(): number {
    return this.queue.waiting;
  }

  get running(): number {
    return this.queue.running;
  }

  /** Rejects with QueueFull, UnreadablePhoto, TooManyPixels, WorkerLost, CallerGone. */
  async classify(photo: Uint8Array, options: ClassifyOptions = {}): Promise<Classification> {
    const { signal, wantsEmbedding = false } = options;
    const task = { photo: movable(photo), wantsEmbedding };
    return this.classification(classified(await this.queue.submit(task, signal)));
  }

  async close(): Promise<void> {
    await this.queue.idle();
    await this.workers.close();
  }

  private classification(classified: Classified): Classification {
    const { logits, embedding, decodeSeconds, inferenceSeconds } = classified;
    const prediction = predictionOf(logits, this.model);
    if (embedding !== undefined) prediction.embedding = base64(embedding);
    return { prediction, decodeSeconds, inferenceSeconds };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Bytes that can be moved: Node's small Buffers share one pool, and a shared buffer must be copied. */
function movable(photo: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = photo;
  const whole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return whole ? new Uint8Array(buffer) : new Uint8Array(photo);
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function classified(outcome: Outcome): Classified {
  switch (outcome.kind) {
    case "classified":
      return outcome;
    case "unreadable":
      throw new UnreadablePhoto(outcome.detail);
    case "too-many-pixels":
      throw new TooManyPixels(outcome);
    case "failed":
      throw new Error(`a worker failed: ${outcome.detail}`);
  }
}
