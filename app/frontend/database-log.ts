// The database as this service uses it: what the saver writes, and what the pages read.
import {
  findLatestFeedback,
  findPrediction,
  findPredictionsOfSession,
  insertFeedback,
  insertPrediction,
  type Queryable,
} from "@feedback-loop/database";
import type { PredictionReader } from "./photos/prediction-record";
import type { PredictionLog } from "./saving/saver";

export interface DatabaseLog extends PredictionLog, PredictionReader {
  /** Resolves if the database answers. */
  ping(): Promise<void>;
}

export function databaseLog(db: Queryable): DatabaseLog {
  return {
    async insert(prediction) {
      await insertPrediction(db, prediction);
    },
    async insertFeedback(feedback) {
      await insertFeedback(db, feedback);
    },
    find: (id) => findPrediction(db, id),
    findOfSession: (sessionId, page) => findPredictionsOfSession(db, sessionId, page),
    findLatestFeedback: (predictionIds) => findLatestFeedback(db, predictionIds),
    async ping() {
      await db.query("SELECT 1");
    },
  };
}
