// The outbox: accepted photos and feedback that aren't in the stores yet, on a volume of its own. What
// `put` has answered for survives a crash of the process or the machine (durable-folder.ts).
//
//   <id>.item      an accepted photo (format: outbox-file.ts)
//   <id>.feedback  accepted feedback (format: feedback-file.ts)
//   <id>.damaged   one of them whose bytes a disk changed: kept for a person to look at, never retried
import * as nodeFiles from "node:fs/promises";
import type { NewFeedback, NewPrediction, SessionPage } from "@feedback-loop/database";
import { OutboxFull } from "../problems";
import { DurableFolder, type Files, isDiskFull, type WrittenFile } from "./durable-folder";
import { FEEDBACK_LIMIT, FeedbackBox } from "./feedback-box";
import {
  decodeFacts,
  decodeItem,
  encodeItem,
  FACTS_ALLOWANCE_BYTES,
  itemFactsLength,
  type OutboxItem,
} from "./outbox-file";
import { DamagedItem, HEADER_BYTES } from "./sealed-file";

interface Entry {
  bytes: number;
  acceptedAt: number;
  /** What a session's photos are found by; undefined if it couldn't be read when the folder was opened. */
  facts: Pick<NewPrediction, "sessionId" | "predictedAt"> | undefined;
}

export interface OutboxState {
  /** Photos that wait to be saved. */
  depth: number;
  /** Bytes that they take. */
  bytes: number;
  limitBytes: number;
  /** Pieces of feedback that wait to be saved. */
  feedbackDepth: number;
  /** Seconds since the oldest photo or feedback was accepted; 0 if none waits. */
  oldestAgeSeconds: number;
}

const SUFFIX = ".item";

export class Outbox {
  private readonly entries = new Map<string, Entry>();
  private reservedBytes = 0;

  private constructor(
    private readonly folder: DurableFolder,
    private readonly feedback: FeedbackBox,
    private readonly limitBytes: number,
  ) {}

  /** Opens the folder, made if it isn't there, with what an earlier process left. */
  static async open(
    directory: string,
    limitBytes: number,
    files: Files = nodeFiles,
    feedbackLimit = FEEDBACK_LIMIT,
  ): Promise<Outbox> {
    const folder = new DurableFolder(directory, files);
    const outbox = new Outbox(folder, new FeedbackBox(folder, feedbackLimit), limitBytes);
    for (const file of await folder.open()) await outbox.recover(file);
    return outbox;
  }

  /**
   * Runs `work` with room for a photo of this size held for it, so that a photo that is accepted fits.
   * Throws OutboxFull, before `work` begins, if there is no room.
   */
  async withRoomFor<T>(photoBytes: number, work: () => Promise<T>): Promise<T> {
    const bytes = photoBytes + FACTS_ALLOWANCE_BYTES;
    if (this.usedBytes() + this.reservedBytes + bytes > this.limitBytes) throw new OutboxFull();
    this.reservedBytes += bytes;
    try {
      return await work();
    } finally {
      this.reservedBytes -= bytes;
    }
  }

  /** Accepts the item: once this resolves, it is on the disk. Throws OutboxFull if the disk is. */
  async put(item: OutboxItem): Promise<void> {
    const { id, sessionId, predictedAt } = item.prediction;
    try {
      const bytes = await this.folder.write(`${id}${SUFFIX}`, encodeItem(item));
      this.entries.set(id, { bytes, acceptedAt: Date.now(), facts: { sessionId, predictedAt } });
    } catch (error) {
      throw isDiskFull(error) ? new OutboxFull({ cause: error }) : error;
    }
  }

  /** Whether the photo of this prediction waits here. */
  has(id: string): boolean {
    return this.entries.has(id);
  }

  /** The item, or undefined if it isn't here (any more). Throws DamagedItem. */
  async read(id: string): Promise<OutboxItem | undefined> {
    if (!this.entries.has(id)) return undefined;
    const file = await this.folder.read(`${id}${SUFFIX}`);
    // Saved a moment ago, or a person took the file away.
    if (file === undefined) this.entries.delete(id);
    return file && decodeItem(file);
  }

  /** The facts alone, without reading the photo. Throws DamagedItem. */
  async readFacts(id: string): Promise<NewPrediction | undefined> {
    return this.entries.has(id) ? this.loadFacts(id) : undefined;
  }

  /** The facts about photos of this session that wait, the newest `predictedAt` first. */
  async waitingOfSession(
    sessionId: string,
    { limit, before }: Partial<SessionPage> = {},
  ): Promise<NewPrediction[]> {
    const end = before?.getTime() ?? Infinity;
    const ids = [...this.entries]
      .flatMap(([id, { facts }]) =>
        facts?.sessionId === sessionId ? [{ id, at: facts.predictedAt.getTime() }] : [],
      )
      .filter(({ at }) => at < end)
      .sort((a, b) => b.at - a.at)
      .slice(0, limit);
    const found: NewPrediction[] = [];
    for (const { id } of ids) {
      const facts = await this.readFacts(id).catch(unlessDamaged);
      if (facts !== undefined) found.push(facts);
    }
    return found;
  }

  /** Forgets an item that is saved. After a crash it may come back, and is saved again to the same end. */
  async remove(id: string): Promise<void> {
    await this.folder.remove(`${id}${SUFFIX}`);
    this.entries.delete(id);
  }

  /** Takes a damaged item out of the way of the others and keeps it. */
  async setAside(id: string): Promise<void> {
    await this.folder.rename(`${id}${SUFFIX}`, `${id}.damaged`);
    this.entries.delete(id);
  }

  /** Ids of the photos that wait, oldest first. */
  waiting(): string[] {
    return [...this.entries].sort(([, a], [, b]) => a.acceptedAt - b.acceptedAt).map(([id]) => id);
  }

  /** Accepts feedback: once this resolves, it is on the disk. Throws OutboxFull. */
  putFeedback(feedback: NewFeedback): Promise<void> {
    return this.feedback.put(feedback);
  }

  /** The feedback, or undefined if it isn't here (any more). Throws DamagedItem. */
  readFeedback(id: string): Promise<NewFeedback | undefined> {
    return this.feedback.read(id);
  }

  /** Of the feedback that waits about this prediction, the one that was given last. */
  latestFeedback(predictionId: string): NewFeedback | undefined {
    return this.feedback.latest(predictionId);
  }

  removeFeedback(id: string): Promise<void> {
    return this.feedback.remove(id);
  }

  setFeedbackAside(id: string): Promise<void> {
    return this.feedback.setAside(id);
  }

  /** Ids of the feedback that waits, oldest first. */
  waitingFeedback(): string[] {
    return this.feedback.waiting();
  }

  state(): OutboxState {
    let oldest = Infinity;
    for (const { acceptedAt } of this.entries.values()) oldest = Math.min(oldest, acceptedAt);
    for (const acceptedAt of this.feedback.acceptedAt()) oldest = Math.min(oldest, acceptedAt);
    return {
      depth: this.entries.size,
      bytes: this.usedBytes(),
      limitBytes: this.limitBytes,
      feedbackDepth: this.feedback.depth(),
      oldestAgeSeconds: oldest === Infinity ? 0 : Math.max(0, Date.now() - oldest) / 1000,
    };
  }

  /** Rejects if the folder can't be written to. */
  checkWritable(): Promise<void> {
    return this.folder.checkWritable();
  }

  private async recover(file: WrittenFile): Promise<void> {
    if (await this.feedback.recover(file)) return;
    if (!file.name.endsWith(SUFFIX)) return;
    const id = file.name.slice(0, -SUFFIX.length);
    // What can't be read now is read again by the saver, which deals with the reason.
    const facts = await this.loadFacts(id).catch(() => undefined);
    this.entries.set(id, {
      bytes: file.bytes,
      acceptedAt: file.writtenAt,
      facts: facts && { sessionId: facts.sessionId, predictedAt: facts.predictedAt },
    });
  }

  private loadFacts(id: string): Promise<NewPrediction | undefined> {
    return this.folder.reading(`${id}${SUFFIX}`, async (handle) => {
      const header = Buffer.alloc(HEADER_BYTES);
      const { bytesRead } = await handle.read(header, 0, HEADER_BYTES, 0);
      const facts = Buffer.alloc(itemFactsLength(header.subarray(0, bytesRead)));
      await handle.read(facts, 0, facts.length, HEADER_BYTES);
      return decodeFacts(facts);
    });
  }

  private usedBytes(): number {
    let bytes = 0;
    for (const entry of this.entries.values()) bytes += entry.bytes;
    return bytes;
  }
}

/** A damaged item is the saver's to deal with. */
function unlessDamaged(error: unknown): undefined {
  if (!(error instanceof DamagedItem)) throw error;
}
