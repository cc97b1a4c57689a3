// Backup and restore on a real PostgreSQL and a real object store of the stack's versions: what is written meanwhile, an
// earlier revision's rows, whatever key an object may have. The commands as people use them: test/catalogue/backup.ts.
import { randomBytes, randomUUID } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "pg";
import { type ClientConfig } from "pg";
import { provisionDatabases } from "../app/provision/database";
import { addBucket, addManifest, withArchive, writeArchive } from "../cli/backup/archive";
import {
  databasesOf,
  dump,
  forgetRestoring,
  restoreBeside,
  rowsOf,
  serverVersion,
  swapIn,
  unfinished,
} from "../cli/backup/databases";
import { format, partName } from "../cli/backup/manifest";
import { listObjects, putObjects, removeObjects, takeObjects } from "../cli/backup/objects";
import type { StackStores } from "../cli/backup/stack-stores";
import { BareStores, objectsOf, tablesOf } from "./support/backups";
import { docker } from "./support/docker";
import { connected } from "./support/postgres-container";
import { root } from "./support/test-stack";

jest.setTimeout(120_000);

const migrations = join(root, "app/database/migrations");
const folder = mkdtempSync(join(tmpdir(), "backup-test-"));
const name = `test-${randomBytes(4).toString("hex")}`;
const bucket = "production";
let bare: BareStores;
let stores: StackStores;

beforeAll(async () => {
  bare = await BareStores.start(name, bucket);
  stores = bare.stores;
}, 300_000);
afterAll(async () => {
  await bare?.remove();
  rmSync(folder, { recursive: true });
});

const at = (database: string): ClientConfig => ({ ...bare.database.superuser, database });

/** As the provision job makes it, by the migrations of a folder. */
async function provision(database: string, from = migrations): Promise<string[]> {
  const said: string[] = [];
  const role = {
    ...{ name: `${database}-frontend`, database, passwordVariable: "UNUSED", password: "secret" },
    tables: { predictions: ["select" as const, "insert" as const] },
  };
  const plan = { databases: [{ name: database }], roles: [role], migrations: from };
  await provisionDatabases(bare.database.superuser, plan, (line) => said.push(line));
  return said;
}

/** The project's migrations under another database's name: all, or the first so many. */
function migrationsFor(database: string, count?: number): string {
  const source = join(migrations, "loop");
  const target = mkdtempSync(join(folder, "migrations-"));
  mkdirSync(join(target, database));
  for (const file of readdirSync(source).sort().slice(0, count))
    cpSync(join(source, file), join(target, database, file));
  return target;
}

const insert = (db: Client) =>
  db.query(
    `INSERT INTO predictions (id, object_key, class_index, probability, probabilities, model_version, predicted_at)
     SELECT id, 'class_03/' || id || '.jpg', 3, 0.5, array_fill(0.1::real, ARRAY[11]), 'crème "1"', now()
     FROM (SELECT $1::uuid AS id) AS new`,
    [randomUUID()],
  );

const insertMany = (database: string, count: number) =>
  connected(at(database), async (db) => {
    for (let left = count; left > 0; left -= 1) await insert(db);
  });

async function backUp(file: string, databases: readonly string[]): Promise<string> {
  const path = join(folder, file);
  await writeArchive(path, async (tar) => {
    const parts = [];
    for (const database of databases)
      parts.push(
        await dump(stores, database, (chunks) => tar.add(partName.database(database), chunks)),
      );
    const buckets = [];
    for await (const { bucket: taken, objects } of takeObjects(stores))
      buckets.push(await addBucket(tar, taken, objects, () => undefined));
    const facts = { format, stack: name, takenAt: new Date().toISOString(), images: {} };
    await addManifest(tar, {
      ...facts,
      postgresql: await serverVersion(stores),
      databases: parts,
      buckets,
    });
  });
  return path;
}

/** The databases of a backup, up to their place if `swap` says so. */
async function bringBack(path: string, { swap = true } = {}): Promise<void> {
  const owners = await databasesOf(stores);
  await withArchive(path, async ({ id, content, manifest }) => {
    for (const part of manifest.databases) {
      const database = owners.find((found) => found.name === part.name)!;
      const dumped = content(partName.database(part.name));
      expect(await restoreBeside(stores, database, { id, content: dumped })).toEqual(part.rows);
    }
    if (swap)
      await swapIn(
        stores,
        manifest.databases.map((part) => part.name),
      );
  });
}

describe("a database", () => {
  it("comes back as it was at one moment, while rows are written", async () => {
    await provision("busy", migrationsFor("busy"));
    await insertMany("busy", 50);
    let writing = true;
    const writer = connected(at("busy"), async (db) => {
      while (writing) await insert(db);
    });
    const path = await backUp("busy.tar", ["busy"]).finally(() => {
      writing = false;
      return writer;
    });
    const later = (await rowsOf(stores, "busy"))["public.predictions"]!;
    await bringBack(path);
    const restored = (await rowsOf(stores, "busy"))["public.predictions"]!;
    expect(restored).toBeGreaterThanOrEqual(50);
    expect(restored).toBeLessThan(later);
  });

  it("is the owner's again, with the rights that the provision job gives, and no migration runs twice", async () => {
    const own = migrationsFor("owned");
    await provision("owned", own);
    await insertMany("owned", 3);
    const before = await tablesOf(at("owned"));
    const path = await backUp("owned.tar", ["owned"]);
    await insertMany("owned", 2);
    await bringBack(path);
    expect(await provision("owned", own)).toEqual([
      expect.stringContaining("database owned: 0 new migrations"),
    ]);
    expect(await tablesOf(at("owned"))).toEqual(before);
    expect(await databasesOf(stores)).toContainEqual(
      expect.objectContaining({ name: "owned", owner: "owned-owner" }),
    );
    const login = { ...at("owned"), user: "owned-frontend", password: "secret" };
    await connected(login, async (db) => {
      await insert(db);
      await expect(db.query("DELETE FROM predictions")).rejects.toThrow("permission denied");
      await expect(db.query("CREATE TABLE mine (id int)")).rejects.toThrow("permission denied");
    });
  });

  it("of an earlier revision is brought up to date, each migration once", async () => {
    await provision("older", migrationsFor("older", 1));
    await insertMany("older", 4);
    const path = await backUp("older.tar", ["older"]);
    const all = migrationsFor("older");
    const count = readdirSync(join(all, "older")).length;
    await provision("older", all);
    await bringBack(path);
    expect((await provision("older", all))[0]).toContain(`${count - 1} new migrations`);
    expect((await provision("older", all))[0]).toContain("0 new migrations");
    const rows = await rowsOf(stores, "older");
    expect(rows).toMatchObject({ "public.predictions": 4, "public.migrations": count });
  });

  it("stays as it is until the backup's is whole beside it", async () => {
    await provision("kept", migrationsFor("kept"));
    await insertMany("kept", 2);
    const path = await backUp("kept.tar", ["kept"]);
    await insertMany("kept", 1);
    const before = await tablesOf(at("kept"));
    await bringBack(path, { swap: false });
    expect(await tablesOf(at("kept"))).toEqual(before);
    await withArchive(path, async ({ id }) => expect(await unfinished(stores)).toContain(id));
    const kept = (await databasesOf(stores)).find((found) => found.name === "kept")!;
    async function* damaged(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from("PGDMP and nothing that belongs to it"));
    }
    await expect(restoreBeside(stores, kept, { id: "other", content: damaged() })).rejects.toThrow(
      /pg_restore of kept ended with 1/,
    );
    expect(await tablesOf(at("kept"))).toEqual(before);
    await forgetRestoring(stores);
    expect(await unfinished(stores)).toEqual([]);
    const { rows } = await connected(at("postgres"), (db) =>
      db.query<{ datname: string }>("SELECT datname FROM pg_database WHERE datname LIKE 'kept%'"),
    );
    expect(rows).toEqual([{ datname: "kept" }]);
  });

  it("of Label Studio leaves sessions and tokens behind", async () => {
    await connected(at("postgres"), async (db) => {
      await db.query('CREATE ROLE "label-studio" LOGIN');
      await db.query('CREATE DATABASE "label-studio" OWNER "label-studio"');
    });
    await connected(at("label-studio"), async (db) => {
      for (const table of ["authtoken_token", "django_session", "task"]) {
        await db.query(`CREATE TABLE ${table} (key text)`);
        await db.query(`INSERT INTO ${table} VALUES ('of the stack')`);
      }
    });
    const path = await backUp("label-studio.tar", ["label-studio"]);
    await bringBack(path);
    const counted = Object.entries(await tablesOf(at("label-studio"))).map(([table, { rows }]) => [
      table,
      rows,
    ]);
    expect(Object.fromEntries(counted)).toEqual({
      "public.authtoken_token": 0,
      "public.django_session": 0,
      "public.task": 1,
    });
  });
});

describe("objects", () => {
  const keys = [
    "aliases/production",
    "class_03/egg.jpg",
    "class_10/crème brûlée & 100% + more?.jpg",
    "a key of its own/with 'quotes' \"and\" <angles>/~*!().txt",
    `long/${"x".repeat(220)}/${"y".repeat(220)}`,
    "empty",
  ];

  async function fill(): Promise<void> {
    for (const key of keys) {
      const content = key === "empty" ? Buffer.alloc(0) : randomBytes(1000 + key.length);
      await bare.objects.client.putObject(bucket, key, content, content.length, {
        "Content-Type": "image/jpeg",
        "X-Amz-Meta-Note": "of the photo",
      });
    }
    const large = randomBytes(20 * 1024 ** 2);
    await bare.objects.client.putObject(bucket, "large.onnx", large, large.length);
  }

  it("come back whatever their key, with all that belongs to them, and what is beyond them goes", async () => {
    const { client } = bare.objects;
    await fill();
    const before = await objectsOf(client, bucket);
    expect(Object.keys(before)).toHaveLength(keys.length + 1);
    const path = await backUp("objects.tar", []);
    await client.removeObjects(bucket, [...keys]);
    await client.putObject(bucket, "large.onnx", "another");
    await client.putObject(bucket, "later.jpg", "later");
    await withArchive(path, async ({ indexes, content, manifest }) => {
      expect(manifest.buckets).toMatchObject([{ name: bucket, objects: keys.length + 1 }]);
      const objects = indexes.get(bucket)!;
      const of = (key: string) => content(partName.object(bucket, key));
      await putObjects(stores, [{ name: bucket, objects, content: of }], () => undefined);
    });
    const listed = [...(await listObjects(stores)).get(bucket)!.keys()];
    expect(listed.sort()).toEqual([...keys, "large.onnx", "later.jpg"].sort());
    await removeObjects(stores, new Map([[bucket, ["later.jpg"]]]));
    expect(await objectsOf(client, bucket)).toEqual(before);
    expect((await client.statObject(bucket, keys[1]!)).metaData).toMatchObject({
      "content-type": "image/jpeg",
      note: "of the photo",
    });
  });

  it("are taken by page", async () => {
    const { client } = bare.objects;
    const many = Array.from({ length: 1010 }, (_, at) => `many/${at}`);
    for (let from = 0; from < many.length; from += 50)
      await Promise.all(
        many.slice(from, from + 50).map((key) => client.putObject(bucket, key, key)),
      );
    const listed = [...(await listObjects(stores)).get(bucket)!.keys()];
    expect(listed.filter((key) => key.startsWith("many/")).sort()).toEqual([...many].sort());
    await removeObjects(stores, new Map([[bucket, many]]));
  });

  it("that don't arrive as they were backed up are refused by the store", async () => {
    async function* photo(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from("photo"));
    }
    const wrong = { key: "wrong.jpg", bytes: 5, sha256: "0".repeat(64), headers: {} };
    const put = putObjects(
      stores,
      [{ name: bucket, objects: [wrong], content: photo }],
      () => undefined,
    );
    await expect(put).rejects.toThrow(/the object store refuses PUT \/production\/wrong\.jpg/);
    expect([...(await listObjects(stores)).get(bucket)!.keys()]).not.toContain("wrong.jpg");
  });

  it("can't be had with a wrong password, which isn't told", async () => {
    const objectStore = { ...stores.objectStore, password: "wrong-password" };
    const listed = listObjects({ ...stores, objectStore });
    await expect(listed).rejects.toThrow(/the object store refuses GET \/ with 403/);
    await expect(listed).rejects.not.toThrow("wrong-password");
  });

  it("and databases are taken and brought back by ssh as they are here", async () => {
    // Stands in for ssh: runs over there, which is here, what a login shell would be given.
    const programs = mkdtempSync(join(folder, "programs-"));
    const log = join(programs, "log");
    writeFileSync(
      join(programs, "ssh"),
      `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\necho "$2" >>'${log}'\nexec sh -c "$3"\n`,
      { mode: 0o755 },
    );
    const path = process.env["PATH"];
    process.env["PATH"] = `${programs}:${path}`;
    const here = stores;
    try {
      stores = { ...here, endpoint: { host: "ssh://cc@over-there:22" } };
      await provision("far", migrationsFor("far"));
      await insertMany("far", 3);
      const before = await objectsOf(bare.objects.client, bucket);
      const file = await backUp("far.tar", ["far"]);
      await insertMany("far", 1);
      await bringBack(file);
      expect(await rowsOf(stores, "far")).toMatchObject({ "public.predictions": 3 });
      await withArchive(file, async ({ indexes, content }) => {
        const objects = indexes.get(bucket)!;
        const of = (key: string) => content(partName.object(bucket, key));
        await putObjects(stores, [{ name: bucket, objects, content: of }], () => undefined);
      });
      expect(await objectsOf(bare.objects.client, bucket)).toEqual(before);
    } finally {
      stores = here;
      process.env["PATH"] = path;
    }
    expect(new Set(readFileSync(log, "utf8").trim().split("\n"))).toEqual(
      new Set(["cc@over-there"]),
    );
  });

  it("leave no container behind", async () => {
    const left = await docker(
      "ps",
      "--all",
      "--quiet",
      "--filter",
      `label=feedback-loop.stack=${name}`,
    );
    expect(left).toBe("");
  });
});
