// Table `predictions`, the prediction log. Only the frontend inserts.
import type { Pool, PoolClient } from "pg";

export type Queryable = Pick<Pool, "query"> | Pick<PoolClient, "query">;

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
}

/** A row of the table. Probabilities have the precision of PostgreSQL's `real`, about 7 digits. */
export interface StoredPrediction extends NewPrediction {
  storedAt: Date;
}

const INSERT = `INSERT INTO predictions
  (id, object_key, class_index, probability, probabilities, model_version, variant, predicted_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`;

const FIND = `SELECT id, object_key AS "objectKey", class_index AS "classIndex", probability,
  probabilities, model_version AS "modelVersion", variant, predicted_at AS "predictedAt",
  stored_at AS "storedAt" FROM predictions WHERE id = $1`;

/** Adds the row unless it is there already; doing it again changes nothing. Says whether it was added. */
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
