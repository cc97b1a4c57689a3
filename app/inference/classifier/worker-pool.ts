// The threads behind the door: started together, one task each at a time, replaced when they die.
// Who waits for them is the queue's business (work-queue.ts); this never holds more than they run.
import { extname, join } from "node:path";
import { Piscina } from "piscina";
import { WorkerLost } from "../errors";
import type { Outcome, Task, WorkerData, WorkerModel } from "./task";

export interface WorkerPoolOptions {
  readonly workers: number;
  readonly model: WorkerModel;
  /** Told of every worker that dies, with or without a task; it is replaced in any case. */
  readonly onWorkerLost: (error: unknown) => void;
  /** What the threads run; it exports `classify` and `selfTest`. */
  readonly entry?: WorkerEntry;
}

export interface WorkerEntry {
  readonly filename: string;
  readonly execArgv: string[];
}

/** Of this process, whose pools all share it. */
const readersRestricted = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);

export class WorkerPool {
  readonly size: number;
  private readonly onWorkerLost: (error: unknown) => void;
  private readonly pool: Piscina<Task | undefined, Outcome>;

  constructor({ workers, model, onWorkerLost, entry }: WorkerPoolOptions) {
    this.size = workers;
    this.onWorkerLost = onWorkerLost;
    this.pool = new Piscina<Task | undefined, Outcome>({
      ...(entry ?? workerEntry()),
      name: "classify",
      minThreads: workers,
      maxThreads: workers,
      workerData: { ...model, readersRestricted } satisfies WorkerData,
    });
    this.pool.on("error", onWorkerLost); // a death without a task
  }

  /** Has every worker load the model and prove it. Rejects with what is wrong with it. */
  async selfTest(): Promise<void> {
    const tests = Array.from({ length: this.size }, () =>
      this.pool.run(undefined, { name: "selfTest" }),
    );
    // All of them, also after a failure: ending a thread while onnxruntime opens a session in it
    // aborts the whole process.
    const failed = (await Promise.allSettled(tests)).find((test) => test.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /**
   * Moves the photo to a free worker. Rejects with WorkerLost only: the workers catch everything, so
   * that a task fails by its thread's death alone. A task can't be called back: to abort one is to
   * end its thread.
   */
  async run(task: Task): Promise<Outcome> {
    try {
      return await this.pool.run(task, { transferList: [task.photo.buffer] });
    } catch (error) {
      this.onWorkerLost(error);
      throw new WorkerLost({ cause: error });
    }
  }

  /** Ends the threads after their tasks. */
  async close(): Promise<void> {
    await this.pool.close();
  }

  /** Ends the threads. */
  async destroy(): Promise<void> {
    await this.pool.destroy();
  }
}

/**
 * In an image the worker lies bundled beside the bundled server. From source (tests, development) it
 * is TypeScript, which a new thread understands with tsx; the extension of this file tells.
 */
function workerEntry(): WorkerEntry {
  const extension = extname(__filename);
  return { filename: join(__dirname, `worker${extension}`), execArgv: loaderFor(extension) };
}

/** What a thread needs to run a file of that kind. */
export function loaderFor(extension: string): string[] {
  return extension === ".ts" ? ["--require", "tsx/cjs"] : [];
}
