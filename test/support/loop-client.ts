// The running loop as one of its users and its stores see it: requests over HTTP, rows and objects looked at directly.
import type { FeedbackKind } from "@feedback-loop/contract";
import { Client as ObjectStore } from "minio";
import { type ClientConfig, Client as Database } from "pg";
import { eventually } from "./eventually";
import { Person } from "./person";
import type { Credentials, Endpoints } from "./test-stack";

export interface Row {
  id: string;
  object_key: string;
  class_index: number;
  probability: number;
  probabilities: number[];
  model_version: string;
  session_id: string;
}

export interface FeedbackRow {
  id: string;
  prediction_id: string;
  kind: FeedbackKind;
  class_index: number | null;
}

export class LoopClient extends Person {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly credentials: Credentials,
  ) {
    super(() => endpoints.frontend.url);
  }

  /** A user of the object store, by its credential. */
  objectStore(credential = "object-store-root"): ObjectStore {
    const { user, password } = this.credentials[credential]!;
    const { hostname, port } = new URL(this.endpoints.objectStore.url);
    return new ObjectStore({
      endPoint: hostname,
      port: Number(port),
      useSSL: false,
      accessKey: user,
      secretKey: password,
    });
  }

  /** How a role reaches one of the databases. */
  database(name = "loop", credential = "database-superuser"): ClientConfig {
    const { user, password } = this.credentials[credential]!;
    const { hostname, port } = new URL(this.endpoints.postgres.url);
    return { host: hostname, port: Number(port), database: name, user, password };
  }

  /** Runs one query as a database role, by its credential. */
  async query<R extends object>(
    sql: string,
    values: unknown[] = [],
    credential?: string,
  ): Promise<R[]> {
    const db = new Database(this.database("loop", credential));
    // Where the store is killed during a question, the question itself fails.
    db.on("error", () => undefined);
    await db.connect();
    try {
      return (await db.query<R>(sql, values)).rows;
    } finally {
      await db.end();
    }
  }

  allRows(): Promise<Row[]> {
    return this.query<Row>("SELECT * FROM predictions");
  }

  rows(ids: readonly string[]): Promise<Row[]> {
    return this.query<Row>("SELECT * FROM predictions WHERE id = ANY ($1)", [ids]);
  }

  /** Uploads a photo; resolves with its row once it is saved. */
  async save(photo: string): Promise<Row> {
    const { id } = await this.upload(photo);
    return eventually(
      async () => {
        const [row] = await this.rows([id]);
        if (!row) throw new Error(`the prediction ${id} isn't saved`);
        return row;
      },
      { withinSeconds: 120 },
    );
  }

  feedbackRows(): Promise<FeedbackRow[]> {
    return this.query<FeedbackRow>("SELECT * FROM feedback ORDER BY given_at");
  }

  /** Length of each prediction's embedding, in bytes. */
  async embeddingBytes(): Promise<Map<string, number>> {
    const rows = await this.query<{ id: string; bytes: number }>(
      "SELECT prediction_id AS id, length(vector) AS bytes FROM embeddings",
    );
    return new Map(rows.map(({ id, bytes }) => [id, bytes]));
  }

  /** Keys of all photos. */
  async photoKeys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { name } of this.objectStore().listObjectsV2("production", "", true))
      keys.push((name as string | undefined) ?? "");
    return keys;
  }

  async photo(key: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.objectStore().getObject("production", key))
      chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
}
