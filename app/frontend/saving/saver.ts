// Empties the outbox into the stores: when which photo or feedback is tried. What a try does is in
// save-item.ts; every one of its steps may be done again without harm.
import { backoffSeconds } from "./backoff";
import { Rest } from "./rest";
import {
  saveFeedback,
  savePhoto,
  type SaveParts,
  type SaverEvents,
  type SavingStep,
} from "./save-item";

export type { PredictionLog, SaverEvents, SavingStep } from "./save-item";

export interface SaverOptions extends SaveParts {
  outbox: SaveParts["outbox"] & SaverOutbox;
  events: SaverEvents;
  /** Wait before items that failed are tried again; grows while nothing succeeds (backoff.ts). */
  retrySeconds: number;
  /** Wait before feedback is tried again whose prediction exists nowhere. */
  orphanRetrySeconds?: number;
  /** Items being saved at once; so many failures in a row also mean that the stores are down. */
  concurrency?: number;
}

interface SaverOutbox {
  waiting(): string[];
  waitingFeedback(): string[];
}

type Job = { kind: "photo" | "feedback"; id: string };

/**
 * Such feedback can only be saved if a person brings the prediction back (from a backup, or a damaged
 * item repaired). It is never thrown away, told of at each try, and costs next to nothing like this.
 */
const ORPHAN_RETRY_SECONDS = 3600;

/** A job is in one place at a time: `ready`, `active`, `resting`, `orphans` or `held`. */
export class Saver {
  private readonly concurrency: number;
  private readonly active = new Set<Promise<void>>();
  /** To be tried as soon as a place is free. */
  private ready: Job[] = [];
  /** What failed stands last, so that it never keeps others waiting. */
  private readonly resting = new Rest<Job>((jobs) => {
    this.failuresInARow = 0;
    this.queue(jobs);
  });
  private readonly orphans = new Rest<Job>((jobs) => this.queue(jobs));
  /** Feedback whose photo isn't saved yet, by the prediction's id. */
  private readonly held = new Map<string, Job[]>();
  private failuresInARow = 0;
  private fruitlessRests = 0;
  private stopped = false;

  constructor(private readonly options: SaverOptions) {
    this.concurrency = options.concurrency ?? 2;
  }

  /** Begins with what an earlier process left. */
  start(): void {
    const { outbox } = this.options;
    this.queue([
      ...outbox.waiting().map((id): Job => ({ kind: "photo", id })),
      ...outbox.waitingFeedback().map((id): Job => ({ kind: "feedback", id })),
    ]);
  }

  /** A photo has been put in the outbox: it is tried at once, also while others rest. */
  arrived(id: string): void {
    this.ready.unshift({ kind: "photo", id });
    this.fill();
  }

  /** Feedback has been put in the outbox: it is tried at once, or right after its photo is saved. */
  feedbackArrived(id: string): void {
    this.ready.unshift({ kind: "feedback", id });
    this.fill();
  }

  /** Ends after the items under way; the others stay in the outbox. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.resting.stop();
    this.orphans.stop();
    await Promise.all(this.active);
  }

  private queue(jobs: readonly Job[]): void {
    this.ready.push(...jobs);
    this.fill();
  }

  private fill(): void {
    while (!this.stopped && this.active.size < this.concurrency) {
      const job = this.ready.shift();
      if (job === undefined) return;
      const work = this.try(job).finally(() => {
        this.active.delete(work);
        this.fill();
      });
      this.active.add(work);
    }
  }

  private async try(job: Job): Promise<void> {
    const attempt = { step: "outbox" as SavingStep };
    try {
      if (job.kind === "photo") await this.tryPhoto(job, attempt);
      else await this.tryFeedback(job, attempt);
    } catch (error) {
      this.options.events.failed(job.id, attempt.step, error);
      this.rest(job);
    }
  }

  private async tryPhoto({ id }: Job, attempt: { step: SavingStep }): Promise<void> {
    await savePhoto(this.options, id, attempt);
    this.succeeded();
    this.ready.unshift(...(this.held.get(id) ?? []));
    this.held.delete(id);
  }

  private async tryFeedback(job: Job, attempt: { step: SavingStep }): Promise<void> {
    const outcome = await saveFeedback(this.options, job.id, attempt);
    switch (outcome.is) {
      case "saved":
        return this.succeeded();
      case "too early": {
        const { predictionId } = outcome.feedback;
        this.held.set(predictionId, [...(this.held.get(predictionId) ?? []), job]);
        return;
      }
      case "orphan":
        if (!this.stopped) this.orphans.add(job, () => this.orphanRetrySeconds());
        return this.options.events.orphaned(outcome.feedback);
    }
  }

  private succeeded(): void {
    this.failuresInARow = 0;
    this.fruitlessRests = 0;
  }

  /** Keeps a failed job for later; when all tries fail, stops trying the others too. */
  private rest(job: Job): void {
    if (this.stopped) return;
    this.resting.add(job, () => {
      this.fruitlessRests += 1;
      return backoffSeconds(this.fruitlessRests, this.options.retrySeconds);
    });
    this.failuresInARow += 1;
    if (this.failuresInARow < this.concurrency) return;
    this.resting.addFirst(this.ready);
    this.ready = [];
  }

  private orphanRetrySeconds(): number {
    return this.options.orphanRetrySeconds ?? ORPHAN_RETRY_SECONDS;
  }
}
