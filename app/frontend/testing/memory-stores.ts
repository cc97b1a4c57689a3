// Object store and database in memory, so that each can be away. They answer later, as real ones do.
import type { NewFeedback, NewPrediction, StoredPrediction } from "@feedback-loop/database";
import type { DatabaseLog } from "../database-log";
import { latestOf } from "../photos/prediction-record";
import type { PhotoStore } from "../saving/photo-store";

export class MemoryStores {
  readonly down = { objects: false, database: false };
  readonly objects = new Map<string, Buffer>();
  readonly rows = new Map<string, StoredPrediction>();
  readonly embeddings = new Map<string, Buffer>();
  readonly feedback: NewFeedback[] = [];

  set areDown(down: boolean) {
    this.down.objects = down;
    this.down.database = down;
  }

  readonly photos: PhotoStore = {
    put: (key, photo) => this.answer("objects", () => void this.objects.set(key, photo)),
    get: (key) =>
      this.answer("objects", () => {
        const photo = this.objects.get(key);
        if (photo === undefined) throw new Error(`NoSuchKey: ${key}`);
        return photo;
      }),
    ping: () => this.answer("objects", () => undefined),
  };

  readonly log: DatabaseLog = {
    insert: (row) => this.answer("database", () => this.insert(row)),
    insertFeedback: (feedback) => this.answer("database", () => void this.feedback.push(feedback)),
    find: (id) => this.answer("database", () => this.rows.get(id)),
    findOfSession: (sessionId, { limit, before }) =>
      this.answer("database", () =>
        [...this.rows.values()]
          .filter((row) => row.sessionId === sessionId && (!before || row.predictedAt < before))
          .sort((a, b) => b.predictedAt.getTime() - a.predictedAt.getTime())
          .slice(0, limit),
      ),
    findLatestFeedback: (ids) =>
      this.answer("database", () => {
        const latest = new Map<string, NewFeedback>();
        for (const given of this.feedback.filter((one) => ids.includes(one.predictionId))) {
          const { predictionId } = given;
          latest.set(predictionId, latestOf(given, latest.get(predictionId)) ?? given);
        }
        return latest;
      }),
    ping: () => this.answer("database", () => undefined),
  };

  private insert({ embedding, ...row }: NewPrediction): void {
    this.rows.set(row.id, { ...row, storedAt: new Date() });
    if (embedding !== null) this.embeddings.set(row.id, embedding);
  }

  private async answer<T>(store: keyof MemoryStores["down"], work: () => T): Promise<T> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.down[store]) throw new Error("connect ECONNREFUSED 10.0.0.7:5432");
    return work();
  }
}
