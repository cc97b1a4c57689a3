// Empties the outbox into the stores: object, then row, then the outbox file goes. Each step may be
// done again without harm, so a crash between any two of them costs nothing.
import type { NewPrediction } from "@feedback-loop/database";
import { photoTypeOfKey } from "../photos/object-key";
import { PHOTO_TYPES } from "../photos/photo-type";
import { backoffSeconds } from "./backoff";
import type { Outbox } from "./outbox";
import { DamagedItem, type OutboxItem } from "./outbox-file";
import type { PhotoStore } from "./photo-store";

/** Where rows go; `insert` does nothing if the row is there. */
export interface PredictionLog {
  insert(prediction: NewPrediction): Promise<void>;
}

export type SavingStep = "outbox" | "object" | "row";

/** What the saver tells of its work. */
export interface SaverEvents {
  saved(id: string): void;
  /** A try that failed; the item stays in the outbox. */
  failed(id: string, step: SavingStep, error: unknown): void;
  /** An item that can't be read was set aside. */
  damaged(id: string, error: unknown): void;
}

export interface SaverOptions {
  outbox: Pick<Outbox, "waiting" | "read" | "remove" | "setAside">;
  photos: Pick<PhotoStore, "put">;
  log: PredictionLog;
  events: SaverEvents;
  /** Wait before items that failed are tried again; grows while nothing succeeds (backoff.ts). */
  retrySeconds: number;
  /** Items being saved at once; so many failures in a row also mean that the stores are down. */
  concurrency?: number;
}

export class Saver {
  private readonly concurrency: number;
  private readonly active = new Set<Promise<void>>();
  /** To be tried as soon as a place is free. */
  private ready: string[] = [];
  /** To be tried when `timer` fires; what failed stands last, so that it never keeps others waiting. */
  private resting: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private failuresInARow = 0;
  private fruitlessRests = 0;
  private stopped = false;

  constructor(private readonly options: SaverOptions) {
    this.concurrency = options.concurrency ?? 2;
  }

  /** Begins with what an earlier process left. */
  start(): void {
    this.ready.push(...this.options.outbox.waiting());
    this.fill();
  }

  /** An item has been put in the outbox: it is tried at once, also while others rest. */
  arrived(id: string): void {
    this.ready.unshift(id);
    this.fill();
  }

  /** Ends after the items under way; the others stay in the outbox. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.all(this.active);
  }

  private fill(): void {
    while (!this.stopped && this.active.size < this.concurrency) {
      const id = this.ready.shift();
      if (id === undefined) return;
      const work = this.try(id).finally(() => {
        this.active.delete(work);
        this.fill();
      });
      this.active.add(work);
    }
  }

  private async try(id: string): Promise<void> {
    const attempt = { step: "outbox" as SavingStep };
    try {
      await this.save(id, attempt);
      this.failuresInARow = 0;
      this.fruitlessRests = 0;
    } catch (error) {
      this.options.events.failed(id, attempt.step, error);
      this.rest(id);
    }
  }

  private async save(id: string, attempt: { step: SavingStep }): Promise<void> {
    const { outbox, photos, log, events } = this.options;
    const item = await this.readable(id);
    if (item === undefined) return;
    const { prediction, photo } = item;
    attempt.step = "object";
    await photos.put(prediction.objectKey, photo, mediaTypeOf(prediction));
    attempt.step = "row";
    await log.insert(prediction);
    attempt.step = "outbox";
    await outbox.remove(id);
    events.saved(id);
  }

  private async readable(id: string): Promise<OutboxItem | undefined> {
    const { outbox, events } = this.options;
    try {
      return await outbox.read(id);
    } catch (error) {
      if (!(error instanceof DamagedItem)) throw error;
      await outbox.setAside(id);
      events.damaged(id, error);
      return undefined;
    }
  }

  /** Keeps a failed item for later; when all tries fail, stops trying the others too. */
  private rest(id: string): void {
    this.resting.push(id);
    this.failuresInARow += 1;
    if (this.failuresInARow >= this.concurrency) {
      this.resting.unshift(...this.ready);
      this.ready = [];
    }
    if (this.timer === undefined && !this.stopped) this.wakeLater();
  }

  private wakeLater(): void {
    this.fruitlessRests += 1;
    const seconds = backoffSeconds(this.fruitlessRests, this.options.retrySeconds);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.failuresInARow = 0;
      this.ready.push(...this.resting);
      this.resting = [];
      this.fill();
    }, seconds * 1000);
  }
}

function mediaTypeOf({ objectKey }: NewPrediction): string {
  const type = photoTypeOfKey(objectKey);
  return type === undefined ? "application/octet-stream" : PHOTO_TYPES[type].mediaType;
}
