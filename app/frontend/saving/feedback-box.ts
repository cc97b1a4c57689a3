// The outbox's feedback: pieces so small that all of them are also in memory. They have a limit of their
// own, so that "that's wrong" is accepted while the room for photos is used up.
import type { NewFeedback } from "@feedback-loop/database";
import { OutboxFull } from "../problems";
import { type DurableFolder, isDiskFull, type WrittenFile } from "./durable-folder";
import { decodeFeedback, encodeFeedback } from "./feedback-file";

/** Most pieces kept: each takes one block of a usual disk, 4 KiB, so 40 MiB beyond the photos' limit. */
export const FEEDBACK_LIMIT = 10_000;

const SUFFIX = ".feedback";

interface Entry {
  /** Undefined if it couldn't be read when the folder was opened. */
  feedback: NewFeedback | undefined;
  acceptedAt: number;
}

export class FeedbackBox {
  private readonly entries = new Map<string, Entry>();
  private readonly byPrediction = new Map<string, NewFeedback[]>();
  /** Pieces that are being written. */
  private arriving = 0;

  constructor(
    private readonly folder: DurableFolder,
    private readonly limit: number,
  ) {}

  /** Takes up a file that an earlier process left; false if it is no feedback. */
  async recover({ name, writtenAt }: WrittenFile): Promise<boolean> {
    if (!name.endsWith(SUFFIX)) return false;
    const id = name.slice(0, -SUFFIX.length);
    // What can't be read now is read again by the saver, which deals with the reason.
    this.add(id, await this.load(id).catch(() => undefined), writtenAt);
    return true;
  }

  /** Accepts the feedback: once this resolves, it is on the disk. Throws OutboxFull. */
  async put(feedback: NewFeedback): Promise<void> {
    if (this.entries.size + this.arriving >= this.limit) throw new OutboxFull();
    this.arriving += 1;
    try {
      await this.folder.write(`${feedback.id}${SUFFIX}`, encodeFeedback(feedback));
      this.add(feedback.id, feedback, Date.now());
    } catch (error) {
      throw isDiskFull(error) ? new OutboxFull({ cause: error }) : error;
    } finally {
      this.arriving -= 1;
    }
  }

  /** The feedback, or undefined if it isn't here (any more). Throws DamagedItem. */
  async read(id: string): Promise<NewFeedback | undefined> {
    const entry = this.entries.get(id);
    if (entry === undefined) return undefined;
    const feedback = entry.feedback ?? (await this.load(id));
    // A person took away a file that couldn't be read.
    if (feedback === undefined) this.forget(id);
    return feedback;
  }

  /** Of the feedback that waits about this prediction, the one that was given last. */
  latest(predictionId: string): NewFeedback | undefined {
    const given = this.byPrediction.get(predictionId) ?? [];
    // Of two in the same millisecond, the one that came later.
    return given.reduce<NewFeedback | undefined>(
      (latest, next) => (latest && latest.givenAt > next.givenAt ? latest : next),
      undefined,
    );
  }

  /** Forgets feedback that is saved. */
  async remove(id: string): Promise<void> {
    await this.folder.remove(`${id}${SUFFIX}`);
    this.forget(id);
  }

  /** Takes a damaged piece out of the way of the others and keeps it. */
  async setAside(id: string): Promise<void> {
    await this.folder.rename(`${id}${SUFFIX}`, `${id}.damaged`);
    this.forget(id);
  }

  /** Ids of what waits, oldest first. */
  waiting(): string[] {
    return [...this.entries].sort(([, a], [, b]) => a.acceptedAt - b.acceptedAt).map(([id]) => id);
  }

  depth(): number {
    return this.entries.size;
  }

  acceptedAt(): number[] {
    return [...this.entries.values()].map(({ acceptedAt }) => acceptedAt);
  }

  private async load(id: string): Promise<NewFeedback | undefined> {
    const file = await this.folder.read(`${id}${SUFFIX}`);
    return file && decodeFeedback(file);
  }

  private add(id: string, feedback: NewFeedback | undefined, acceptedAt: number): void {
    this.entries.set(id, { feedback, acceptedAt });
    if (feedback === undefined) return;
    const { predictionId } = feedback;
    this.byPrediction.set(predictionId, [...(this.byPrediction.get(predictionId) ?? []), feedback]);
  }

  private forget(id: string): void {
    const predictionId = this.entries.get(id)?.feedback?.predictionId;
    this.entries.delete(id);
    if (predictionId === undefined) return;
    const others = (this.byPrediction.get(predictionId) ?? []).filter((one) => one.id !== id);
    if (others.length > 0) this.byPrediction.set(predictionId, others);
    else this.byPrediction.delete(predictionId);
  }
}
