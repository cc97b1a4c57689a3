// One try to save one thing. A photo: object, then row, then the outbox file goes. Feedback: row, then
// the outbox file goes, and never before the row of its prediction. Each step may be done again without
// harm, so a crash between any two of them costs nothing.
import type { FeedbackKind } from "@feedback-loop/contract";
import { type NewFeedback, type NewPrediction, UnknownPrediction } from "@feedback-loop/database";
import { photoTypeOfKey } from "../photos/object-key";
import { PHOTO_TYPES } from "../photos/photo-type";
import type { Outbox } from "./outbox";
import type { PhotoStore } from "./photo-store";
import { DamagedItem } from "./sealed-file";

/** Where rows go; inserting what is there does nothing. */
export interface PredictionLog {
  insert(prediction: NewPrediction): Promise<void>;
  /** Throws UnknownPrediction if the prediction has no row. */
  insertFeedback(feedback: NewFeedback): Promise<void>;
}

export type SavingStep = "outbox" | "object" | "row" | "feedback";

/** What the saver tells of its work. */
export interface SaverEvents {
  saved(id: string): void;
  feedbackSaved(kind: FeedbackKind): void;
  /** A try that failed; the photo or feedback stays in the outbox. */
  failed(id: string, step: SavingStep, error: unknown): void;
  /** A photo or feedback that can't be read was set aside. */
  damaged(id: string, error: unknown): void;
  /** The prediction that it is about is neither in the database nor in the outbox; it stays in the outbox. */
  orphaned(feedback: NewFeedback): void;
}

export interface SaveParts {
  outbox: Pick<
    Outbox,
    "has" | "read" | "remove" | "setAside" | "readFeedback" | "removeFeedback" | "setFeedbackAside"
  >;
  photos: Pick<PhotoStore, "put">;
  log: PredictionLog;
  events: SaverEvents;
}

/** Where a try is, for telling which step failed. */
interface Attempt {
  step: SavingStep;
}

/** Rejects with what made a step fail. Afterwards the photo is no longer in the outbox. */
export async function savePhoto(parts: SaveParts, id: string, attempt: Attempt): Promise<void> {
  const { outbox, photos, log, events } = parts;
  const item = await unlessDamaged(id, outbox.read(id), () => outbox.setAside(id), events);
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

/** What a try to save feedback has come to. `saved`: it is no longer in the outbox. */
export type FeedbackOutcome =
  { is: "saved" } | { is: "too early" | "orphan"; feedback: NewFeedback };

/** Rejects with what made a step fail. */
export async function saveFeedback(
  { outbox, log, events }: SaveParts,
  id: string,
  attempt: Attempt,
): Promise<FeedbackOutcome> {
  const setAside = () => outbox.setFeedbackAside(id);
  const feedback = await unlessDamaged(id, outbox.readFeedback(id), setAside, events);
  if (feedback === undefined) return { is: "saved" };
  if (outbox.has(feedback.predictionId)) return { is: "too early", feedback };
  attempt.step = "feedback";
  try {
    await log.insertFeedback(feedback);
  } catch (error) {
    if (error instanceof UnknownPrediction) return { is: "orphan", feedback };
    throw error;
  }
  attempt.step = "outbox";
  await outbox.removeFeedback(id);
  events.feedbackSaved(feedback.kind);
  return { is: "saved" };
}

/** What was read, or undefined if it isn't there or its bytes aren't those that were written. */
async function unlessDamaged<T>(
  id: string,
  reading: Promise<T | undefined>,
  setAside: () => Promise<void>,
  events: SaverEvents,
): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof DamagedItem)) throw error;
    await setAside();
    events.damaged(id, error);
    return undefined;
  }
}

function mediaTypeOf({ objectKey }: NewPrediction): string {
  const type = photoTypeOfKey(objectKey);
  return type === undefined ? "application/octet-stream" : PHOTO_TYPES[type].mediaType;
}
