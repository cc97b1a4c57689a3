// What a backup must bring back, as hashes that two stacks can be compared by; and stores without a stack around them.
import { createHash } from "node:crypto";
import type { ClientConfig } from "pg";
import type { StackStores } from "../../cli/backup/stack-stores";
import { Engine } from "../../cli/engine";
import { noState } from "../../cli/deploy/state";
import { finding } from "../../cli/setup/findings";
import { dockerHub, pullName } from "../../infra/images";
import { docker } from "./docker";
import type { LoopClient } from "./loop-client";
import { PostgresContainer, connected } from "./postgres-container";
import { type S3Server, startS3Server } from "./s3-server";

/** Number of rows of each table, and a hash of them all whatever their order. */
export async function tablesOf(
  database: ClientConfig,
): Promise<Record<string, { rows: number; hash: string }>> {
  return connected(database, async (db) => {
    const { rows: tables } = await db.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    const found: Record<string, { rows: number; hash: string }> = {};
    for (const { name } of tables) {
      const { rows } = await db.query<{ rows: string; hash: string }>(
        `SELECT count(*) AS rows, coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') AS hash FROM ${name} t`,
      );
      found[name] = { rows: Number(rows[0]!.rows), hash: rows[0]!.hash };
    }
    return found;
  });
}

type Store = S3Server["client"];

/** Hash and content type of each object of a bucket. */
export async function objectsOf(
  store: Store,
  bucket: string,
): Promise<Record<string, { sha256: string; type?: string }>> {
  const found: Record<string, { sha256: string; type?: string }> = {};
  for (const key of await keysOf(store, bucket)) {
    const hash = createHash("sha256");
    for await (const chunk of await store.getObject(bucket, key)) hash.update(chunk as Buffer);
    const { metaData } = await store.statObject(bucket, key);
    found[key] = { sha256: hash.digest("hex"), type: metaData["content-type"] as string };
  }
  return found;
}

export async function keysOf(store: Store, bucket: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { name } of store.listObjectsV2(bucket, "", true)) keys.push(name as string);
  return keys.sort();
}

/** All of the loop's own data in a stack. */
export async function dataOf(client: LoopClient) {
  const store = client.objectStore();
  return {
    tables: await tablesOf(client.database()),
    production: await objectsOf(store, "production"),
    models: await objectsOf(store, "models"),
  };
}

/** The two stores as containers of a test's own, reached as those of a stack are. */
export class BareStores {
  private constructor(
    readonly database: PostgresContainer,
    readonly objects: S3Server,
    readonly stores: StackStores,
  ) {}

  static async start(name: string, bucket: string): Promise<BareStores> {
    const database = await PostgresContainer.start();
    const objects = await startS3Server(bucket);
    const network = `${name}-storage`;
    await docker("network", "create", "--internal", network);
    const minio = await containerAt(objects.address);
    await docker("network", "connect", "--alias", "minio", network, minio);
    const nodeImage = pullName("node", finding("images")?.registryMirror ?? dockerHub);
    await docker("pull", "--quiet", nodeImage);
    return new BareStores(database, objects, {
      stack: name,
      state: noState,
      engine: new Engine(),
      postgres: await containerAt(`127.0.0.1:${database.superuser.port}`),
      objectStore: { user: objects.accessKey, password: objects.secretKey },
      naming: { prefix: name, stack: name, owner: name },
      nodeImage,
      storageNetwork: network,
      cgroupParent: "",
    });
  }

  async remove(): Promise<void> {
    await this.database.remove();
    await this.objects.dispose();
    await docker("network", "rm", this.stores.storageNetwork);
  }
}

/** Id of the container that has this port on this machine. */
async function containerAt(address: string): Promise<string> {
  const port = address.split(":").at(-1)!;
  return (await docker("ps", "--no-trunc", "--quiet", "--filter", `publish=${port}`)).trim();
}
