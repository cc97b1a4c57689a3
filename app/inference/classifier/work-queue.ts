// Work that waits for one of a few places, first come, first served. It knows neither photos nor
// threads: what can wait, what is turned away and what becomes of those who hang up is decided here.
import { CallerGone, QueueFull } from "../errors";

export interface WorkQueueOptions<Work, Result> {
  /** How many are worked on at the same time. */
  readonly places: number;
  /** How many may wait beside them. */
  readonly maxWaiting: number;
  readonly run: (work: Work) => Promise<Result>;
}

interface Entry<Work, Result> {
  readonly work: Work;
  readonly signal: AbortSignal | undefined;
  readonly hangUp: () => void;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export class WorkQueue<Work, Result> {
  /** In the order of their coming; a set, so that one from the middle leaves without a search. */
  private readonly entries = new Set<Entry<Work, Result>>();
  private readonly idleListeners: (() => void)[] = [];
  private started = 0;

  constructor(private readonly options: WorkQueueOptions<Work, Result>) {}

  /** Entries that wait for a place. */
  get waiting(): number {
    return this.entries.size;
  }

  /** Entries that are worked on. */
  get running(): number {
    return this.started;
  }

  /**
   * The result of the work once its turn has come. `signal`: the caller hangs up; what waits leaves at
   * once, what runs is finished, thrown away, and its place kept until then, for it can't be stopped
   * halfway. Rejects with QueueFull, CallerGone, or with what `run` rejects with.
   */
  submit(work: Work, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted === true) return Promise.reject(new CallerGone());
    const { places, maxWaiting } = this.options;
    if (this.started >= places && this.waiting >= maxWaiting) {
      return Promise.reject(new QueueFull({ waiting: this.waiting }));
    }
    return new Promise((resolve, reject) => {
      const hangUp = () => {
        this.entries.delete(entry);
        reject(new CallerGone());
      };
      const entry = { work, signal, hangUp, resolve, reject };
      signal?.addEventListener("abort", hangUp, { once: true });
      this.entries.add(entry);
      this.startNext();
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.started === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push(resolve));
  }

  private startNext(): void {
    const [next] = this.entries;
    if (next === undefined || this.started >= this.options.places) return;
    this.entries.delete(next);
    next.signal?.removeEventListener("abort", next.hangUp);
    this.started += 1;
    void this.work(next);
  }

  private async work({ work, signal, resolve, reject }: Entry<Work, Result>): Promise<void> {
    try {
      const result = await this.options.run(work);
      if (signal?.aborted === true) reject(new CallerGone());
      else resolve(result);
    } catch (error) {
      reject(error);
    } finally {
      this.started -= 1;
      this.startNext();
      if (this.started === 0) for (const tell of this.idleListeners.splice(0)) tell();
    }
  }
}
