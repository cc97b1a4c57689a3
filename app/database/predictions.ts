// Tables `predictions`, the prediction log, and `embeddings`. Only the frontend inserts.
import type { Queryable } from "./queryable";

/** The facts about one served photo, as known when the answer was given. */
export interface NewPrediction {
  /** Random UUID. */
  id: string;
  /** Key of the photo in the bucket of photos. */
  objectKey: string;
  /** Place of the predicted class among the Food-11 classes, 0 to 10. */
  classIndex: number;
  /** Probability of the predicted class, 0 to 1. */
  probability: number;
  /** Probability of each class, in the order of `classIndex`. */
  probabilities: number[];
  modelVersion: string;
  /** Release variant that answered, such as `production`. */
  variant: string;
  predictedAt: Date;
  /** UUID of the uploader's browser session; null if there was none. */
  sessionId: string | null;
  /** A person's own photo, or one of the pictures that the page offers for a first try. */
  source: "upload" | "sample";
  /** The model's second output: float16, little-endian, not empty. Null if the model has none. */
  embedding: Buffer | null;
}

/** A row of the table. Probabilities have the precision of PostgreSQL's `real`, about 7 digits. */
export interface StoredPrediction extends Omit<NewPrediction, "embedding"> {
  storedAt: Date;
}

/** A part of a session's predictions, for showing them page by page. */
export interface SessionPage {
  /** Most predictions of the page. */
  limit: number;
  /** Only what was predicted before this; without it, the newest. */
  before?: Date;
}

// One statement, so that a row and its embedding are there together or not at all. Without a named
// conflict target, the role needs no right to read embeddings.
const INSERT = `WITH prediction AS (
    INSERT INTO predictions (id, object_key, class_index, probability, probabilities, model_version,
      variant, predicted_at, session_id, source)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING id
  ), embedding AS (
    INSERT INTO embeddings (prediction_id, model_version, vector)
    SELECT $1, $6, $11 WHERE $11::bytea IS NOT NULL ON CONFLICT DO NOTHING
  ) SELECT id FROM prediction`;

const SELECT = `SELECT id, object_key AS "objectKey", class_index AS "classIndex", probability,
  probabilities, model_version AS "modelVersion", variant, predicted_at AS "predictedAt",
  session_id AS "sessionId", source, stored_at AS "storedAt" FROM predictions`;

const FIND = `${SELECT} WHERE id = $1`;

const FIND_OF_SESSION = `${SELECT} WHERE session_id = $1 AND predicted_at < $2
  ORDER BY predicted_at DESC LIMIT $3`;

/**
 * Adds the row, and the row of its embedding if it has one, unless they are there already; doing it
 * again changes nothing. Says whether the prediction was added.
 */
export async function insertPrediction(db: Queryable, row: NewPrediction): Promise<boolean> {
  const { rowCount } = await db.query(INSERT, [
    row.id,
    row.objectKey,
    row.classIndex,
    row.probability,
    row.probabilities,
    row.modelVersion,
    row.variant,
    row.predictedAt,
    row.sessionId,
    row.source,
    row.embedding,
  ]);
  return rowCount === 1;
}

/** The row with this id, which must be a UUID, or undefined. */
export async function findPrediction(
  db: Queryable,
  id: string,
): Promise<StoredPrediction | undefined> {
  const { rows } = await db.query<StoredPrediction>(FIND, [id]);
  return rows[0];
}

/** One page of what a session uploaded, the newest `predictedAt` first. `sessionId` must be a UUID. */
export async function findPredictionsOfSession(
  db: Queryable,
  sessionId: string,
  { limit, before }: SessionPage,
): Promise<StoredPrediction[]> {
  const values = [sessionId, before ?? "infinity", limit];
  const { rows } = await db.query<StoredPrediction>(FIND_OF_SESSION, values);
  return rows;
}
