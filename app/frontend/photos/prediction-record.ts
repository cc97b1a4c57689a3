// One prediction by its id, wherever it is at this moment: in the outbox, or saved in the stores.
import { FOOD_CLASSES, type Prediction } from "@feedback-loop/contract";
import type {
  NewFeedback,
  NewPrediction,
  SessionPage,
  StoredPrediction,
} from "@feedback-loop/database";
import { NotFound } from "@feedback-loop/web";
import { StoresUnavailable } from "../problems";
import type { Outbox } from "../saving/outbox";
import type { PhotoStore } from "../saving/photo-store";

/** The database as pages read it. */
export interface PredictionReader {
  find(id: string): Promise<StoredPrediction | undefined>;
  /** A session's predictions, the newest first. */
  findOfSession(sessionId: string, page: SessionPage): Promise<StoredPrediction[]>;
  /** The feedback that counts of each prediction that has any, by the prediction's id. */
  findLatestFeedback(predictionIds: readonly string[]): Promise<Map<string, NewFeedback>>;
}

export interface PredictionSources {
  outbox: Pick<Outbox, "read" | "readFacts" | "waitingOfSession" | "latestFeedback">;
  log: PredictionReader;
  photos: Pick<PhotoStore, "get">;
}

/** What pages show of a prediction. */
export type PredictionFacts = Omit<NewPrediction, "embedding">;

export interface PredictionRecord {
  facts: PredictionFacts;
  /** Whether the photo and its facts are in the stores; if not, they are safe in the outbox. */
  saved: boolean;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Throws NotFound; StoresUnavailable if it isn't in the outbox and the database can't be asked. */
export async function loadPrediction(
  { outbox, log }: Pick<PredictionSources, "outbox" | "log">,
  id: string,
): Promise<PredictionRecord> {
  if (!UUID.test(id)) throw new NotFound("prediction");
  // In this order: an item leaves the outbox only after its row is there.
  const waiting = await outbox.readFacts(id);
  if (waiting !== undefined) return { facts: waiting, saved: false };
  const row = await fromStore(log.find(id));
  if (row === undefined) throw new NotFound("prediction");
  return { facts: row, saved: true };
}

/** The photo of a prediction and its key. Throws NotFound or StoresUnavailable. */
export async function loadPhoto(
  { outbox, log, photos }: PredictionSources,
  id: string,
): Promise<{ photo: Buffer; objectKey: string }> {
  if (!UUID.test(id)) throw new NotFound("photo");
  const waiting = await outbox.read(id);
  if (waiting !== undefined) {
    return { photo: waiting.photo, objectKey: waiting.prediction.objectKey };
  }
  const row = await fromStore(log.find(id));
  if (row === undefined) throw new NotFound("photo");
  return { photo: await fromStore(photos.get(row.objectKey)), objectKey: row.objectKey };
}

/** The feedback that counts, or undefined if none was given. Throws StoresUnavailable. */
export async function loadLatestFeedback(
  { outbox, log }: Pick<PredictionSources, "outbox" | "log">,
  { facts: { id }, saved }: PredictionRecord,
): Promise<NewFeedback | undefined> {
  // What waits is read first: it leaves the outbox only after its row is there.
  const waiting = outbox.latestFeedback(id);
  // Feedback about a photo that waits, waits too.
  if (!saved) return waiting;
  const rows = await fromStore(log.findLatestFeedback([id]));
  return latestOf(waiting, rows.get(id));
}

export function latestOf(
  a: NewFeedback | undefined,
  b: NewFeedback | undefined,
): NewFeedback | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.givenAt >= b.givenAt ? a : b;
}

/** The facts in the shape of the inference API's answer. */
export function asPrediction(facts: PredictionFacts): Prediction {
  return {
    prediction: FOOD_CLASSES[facts.classIndex] ?? "",
    probability: facts.probability,
    classIndex: facts.classIndex,
    probabilities: Object.fromEntries(
      FOOD_CLASSES.map((name, index) => [name, facts.probabilities[index] ?? 0]),
    ),
    modelVersion: facts.modelVersion,
  };
}

async function fromStore<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new StoresUnavailable({ cause });
  }
}
