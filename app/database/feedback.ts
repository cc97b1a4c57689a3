// Table `feedback`: what uploaders say about predictions. Only the frontend inserts, and nobody changes
// a row: of several about one prediction, the latest `givenAt` counts.
import type { FeedbackKind } from "@feedback-loop/contract";
import { DatabaseError } from "pg";
import type { Queryable } from "./queryable";

/** One thing said by the uploader about one prediction. */
export interface NewFeedback {
  /** Random UUID. */
  id: string;
  /** The prediction that it is about. */
  predictionId: string;
  kind: FeedbackKind;
  /** The right class, its place among the Food-11 classes, with a correction; else null. */
  classIndex: number | null;
  givenAt: Date;
}

/** The table of predictions has no row that the feedback is about. */
export class UnknownPrediction extends Error {
  override readonly name = "UnknownPrediction";

  constructor({ id, predictionId }: NewFeedback, options?: ErrorOptions) {
    super(`feedback ${id} is about prediction ${predictionId}, which has no row`, options);
  }
}

/** PostgreSQL's code of a reference to a row that isn't there (its documentation, appendix A). */
const FOREIGN_KEY_VIOLATION = "23503";

const INSERT = `INSERT INTO feedback (id, prediction_id, kind, class_index, given_at)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`;

// Of two given in the same millisecond, the one that was saved later.
const FIND_LATEST = `SELECT DISTINCT ON (prediction_id) id, prediction_id AS "predictionId", kind,
  class_index AS "classIndex", given_at AS "givenAt" FROM feedback WHERE prediction_id = ANY ($1::uuid[])
  ORDER BY prediction_id, given_at DESC, stored_at DESC, id`;

/**
 * Adds the row unless it is there already; doing it again changes nothing. Says whether it was added.
 * Throws UnknownPrediction if the prediction has no row.
 */
export async function insertFeedback(db: Queryable, feedback: NewFeedback): Promise<boolean> {
  const { id, predictionId, kind, classIndex, givenAt } = feedback;
  try {
    const { rowCount } = await db.query(INSERT, [id, predictionId, kind, classIndex, givenAt]);
    return rowCount === 1;
  } catch (error) {
    const isUnknown = error instanceof DatabaseError && error.code === FOREIGN_KEY_VIOLATION;
    throw isUnknown ? new UnknownPrediction(feedback, { cause: error }) : error;
  }
}

/** The feedback that counts of each of these predictions; those without any are missing from the map. */
export async function findLatestFeedback(
  db: Queryable,
  predictionIds: readonly string[],
): Promise<Map<string, NewFeedback>> {
  if (predictionIds.length === 0) return new Map();
  const { rows } = await db.query<NewFeedback>(FIND_LATEST, [predictionIds]);
  return new Map(rows.map((row) => [row.predictionId, row]));
}
