// The running loop as its users and its stores see it: uploads over HTTP, rows and objects looked at directly.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Client as ObjectStore } from "minio";
import { Client as Database } from "pg";
import type { Credentials, Endpoint } from "./test-stack";

export interface Accepted {
  id: string;
  prediction: string;
  saved: boolean;
}

export interface Row {
  id: string;
  object_key: string;
  class_index: number;
  probability: number;
  probabilities: number[];
  model_version: string;
}

export class LoopClient {
  constructor(
    private readonly endpoints: Record<Endpoint, { url: string }>,
    private readonly credentials: Credentials,
  ) {}

  /** Uploads as a program does; throws when the frontend doesn't accept the photo. */
  async upload(photo: string): Promise<Accepted> {
    const response = await this.post(basename(photo), readFileSync(photo));
    if (response.status !== 201)
      throw new Error(`upload of ${photo}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Accepted;
  }

  post(fileName: string, content: Buffer): Promise<Response> {
    const form = new FormData();
    form.set("photo", new Blob([new Uint8Array(content)], { type: "image/jpeg" }), fileName);
    return fetch(this.endpoints.frontend.url, {
      method: "POST",
      body: form,
      headers: { accept: "application/json" },
    });
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

  /** Runs one query as a database role, by its credential. */
  async query<R extends object>(
    sql: string,
    values: unknown[] = [],
    credential = "database-superuser",
  ): Promise<R[]> {
    const { user, password } = this.credentials[credential]!;
    const { hostname, port } = new URL(this.endpoints.postgres.url);
    const db = new Database({
      host: hostname,
      port: Number(port),
      database: "loop",
      user,
      password,
    });
    await db.connect();
    try {
      return (await db.query<R>(sql, values)).rows;
    } finally {
      await db.end();
    }
  }

  rows(ids: readonly string[]): Promise<Row[]> {
    return this.query<Row>("SELECT * FROM predictions WHERE id = ANY ($1)", [ids]);
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
