// The only door to the worker threads: this side never loads onnxruntime or sharp, that side never
// sees HTTP.
import { extname, join } from "node:path";
import { Piscina } from "piscina";
import { QueueFull, TooManyPixels, UnreadablePhoto } from "../errors";
import { ModelRefused } from "../model/errors";
import type { ModelFile } from "../model/model-file";
import type { Classification, PhotoClassifier } from "./photo-classifier";
import { predictionOf } from "./prediction";
import { type Classified, type Outcome, type Refusal, type WorkerModel } from "./task";

export interface ClassifierOptions {
  readonly workers: number;
  readonly maxWaiting: number;
  /** Told when a worker died without a task; it is replaced in any case. */
  readonly onWorkerLost: (error: unknown) => void;
}

export class Classifier implements PhotoClassifier {
  private constructor(
    private readonly pool: Piscina<Uint8Array, Outcome>,
    readonly model: ModelFile["description"],
    private readonly maxWaiting: number,
  ) {}

  /** Starts the workers and has the model prove itself. Throws ModelRefused, and leaves no worker. */
  static async start(model: ModelFile, options: ClassifierOptions): Promise<Classifier> {
    const pool = poolFor(model, options);
    // As many at once as there are workers, so that each loads the model before the first photo.
    const tests = Array.from({ length: options.workers }, () =>
      pool.run(new Uint8Array(), { name: "selfTest" }),
    );
    // All of them, also after a failure: ending a thread while onnxruntime opens a session in it
    // aborts the whole process.
    const failed = (await Promise.allSettled(tests)).find((test) => test.status === "rejected");
    if (failed === undefined) return new Classifier(pool, model.description, options.maxWaiting);
    await pool.destroy();
    const { version } = model.description;
    throw new ModelRefused(`model ${version} failed its self-test: ${messageOf(failed.reason)}`);
  }

  get waiting(): number {
    return this.pool.queueSize;
  }

  /** Throws QueueFull, UnreadablePhoto, TooManyPixels. */
  async classify(photo: Uint8Array): Promise<Classification> {
    // Counted here because the pool's own limit is a bare Error.
    if (this.waiting >= this.maxWaiting) throw new QueueFull({ waiting: this.waiting });
    const own = movable(photo);
    const outcome = await this.pool.run(own, { transferList: [own.buffer] });
    return this.classification(classified(outcome));
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  private classification({ logits, decodeSeconds, inferenceSeconds }: Classified): Classification {
    return { prediction: predictionOf(logits, this.model), decodeSeconds, inferenceSeconds };
  }
}

function poolFor({ path, description }: ModelFile, options: ClassifierOptions) {
  const { transform, classes } = description;
  const pool = new Piscina<Uint8Array, Outcome>({
    ...workerEntry(),
    name: "classify",
    minThreads: options.workers,
    maxThreads: options.workers,
    workerData: { path, transform, classCount: classes.length } satisfies WorkerModel,
  });
  pool.on("error", options.onWorkerLost);
  return pool;
}

/**
 * In an image the worker lies bundled beside the bundled server. From source (tests, development) it
 * is TypeScript, which a new thread understands with tsx; the extension of this file tells.
 */
function workerEntry(): { filename: string; execArgv: string[] } {
  const extension = extname(__filename);
  const execArgv = extension === ".ts" ? ["--require", "tsx/cjs"] : [];
  return { filename: join(__dirname, `worker${extension}`), execArgv };
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

function classified(outcome: Outcome): Classified {
  if (outcome.kind === "classified") return outcome;
  throw problemOf(outcome);
}

function problemOf(refusal: Refusal): UnreadablePhoto | TooManyPixels {
  switch (refusal.kind) {
    case "unreadable":
      return new UnreadablePhoto(refusal.detail);
    case "too-many-pixels":
      return new TooManyPixels(refusal);
  }
}
