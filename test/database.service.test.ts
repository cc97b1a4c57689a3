// The tables on a real PostgreSQL of the stack's version, made by the provision job's own code: what each
// constraint refuses, what the frontend's role may do, and that an upgrade keeps what is there.
import { randomBytes, randomUUID } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  findLatestFeedback,
  findPrediction,
  findPredictionsOfSession,
  insertFeedback,
  insertPrediction,
  type NewFeedback,
  type NewPrediction,
  UnknownPrediction,
} from "@feedback-loop/database";
import { ownerOf, provisionDatabases } from "../app/provision/database";
import { runner } from "node-pg-migrate";
import { Client, type ClientConfig, escapeIdentifier } from "pg";
import { frontend } from "../infra/services/frontend";
import { connected, PostgresContainer } from "./support/postgres-container";
import { root } from "./support/test-stack";

const migrations = join(root, "app/database/migrations");
const frontendNeeds = frontend({ outboxLimitMiB: 16, uploadsPerMinute: { session: 1, address: 1 } })
  .needs!.database!;
const needs = { tables: {}, ...frontendNeeds };
const password = randomBytes(16).toString("hex");

let container: PostgresContainer;
/** As the frontend's role, with the rights of its spec. */
let db: Client;

beforeAll(async () => {
  container = await PostgresContainer.start();
  await provision("loop", migrations);
  db = new Client(as("frontend", "loop"));
  await db.connect();
}, 120_000);
afterAll(async () => {
  await db?.end();
  await container?.remove();
});

/** Makes a database by the migrations of this folder, with the frontend's role and rights. */
async function provision(name: string, folder: string, tables = needs.tables): Promise<void> {
  const role = { name: needs.role, database: name, passwordVariable: "UNUSED", password, tables };
  const plan = { databases: [{ name }], roles: [role], migrations: folder };
  await provisionDatabases(container.superuser, plan, () => undefined);
}

const as = (user: string, database: string): ClientConfig => ({
  ...container.superuser,
  user,
  password,
  database,
});
const asSuperuser = (): ClientConfig => ({ ...container.superuser, database: "loop" });

function prediction(changes: Partial<NewPrediction> = {}): NewPrediction {
  const id = randomUUID();
  return {
    id,
    objectKey: `class_03/${id}.jpg`,
    classIndex: 3,
    probability: 0.5,
    probabilities: [0, 0, 0, 0.5, 0.25, 0.25, 0, 0, 0, 0, 0],
    modelVersion: "0123456789ab",
    variant: "production",
    predictedAt: new Date("2026-11-24T10:00:00.123Z"),
    sessionId: randomUUID(),
    source: "upload",
    embedding: Buffer.from("003c00400042", "hex"),
    ...changes,
  };
}

async function savedPrediction(changes: Partial<NewPrediction> = {}): Promise<NewPrediction> {
  const row = prediction(changes);
  await insertPrediction(db, row);
  return row;
}

const feedback = (predictionId: string, changes: Partial<NewFeedback> = {}): NewFeedback => ({
  id: randomUUID(),
  predictionId,
  kind: "agree",
  classIndex: null,
  givenAt: new Date("2026-11-24T10:01:00.456Z"),
  ...changes,
});

/** Embeddings as nobody but the superuser can read them here. */
const embeddingsOf = (id: string) =>
  connected(asSuperuser(), async (superuser) => {
    const query = "SELECT model_version, vector FROM embeddings WHERE prediction_id = $1";
    return (await superuser.query<{ model_version: string; vector: Buffer }>(query, [id])).rows;
  });

describe("a prediction", () => {
  it("comes back as it was given, and its embedding is beside it", async () => {
    const row = prediction();
    expect(await insertPrediction(db, row)).toBe(true);
    const { embedding, ...facts } = row;
    const { storedAt, ...stored } = (await findPrediction(db, row.id))!;
    expect(stored).toEqual(facts);
    expect(storedAt).toBeInstanceOf(Date);
    expect(await embeddingsOf(row.id)).toEqual([
      { model_version: row.modelVersion, vector: embedding },
    ]);
  });

  it("is there once when it is inserted twice, as it was at first", async () => {
    const row = await savedPrediction();
    const again = { ...row, modelVersion: "other", embedding: Buffer.from("0000", "hex") };
    expect(await insertPrediction(db, again)).toBe(false);
    expect(await findPrediction(db, row.id)).toMatchObject({ modelVersion: row.modelVersion });
    expect(await embeddingsOf(row.id)).toHaveLength(1);
  });

  it("is there once when it is inserted many times at the same moment", async () => {
    const row = prediction();
    const insert = () => connected(as("frontend", "loop"), (own) => insertPrediction(own, row));
    const added = await Promise.all(Array.from({ length: 8 }, insert));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await embeddingsOf(row.id)).toHaveLength(1);
  });

  it("needs neither session nor embedding", async () => {
    const row = await savedPrediction({ sessionId: null, source: "sample", embedding: null });
    expect(await findPrediction(db, row.id)).toMatchObject({ sessionId: null, source: "sample" });
    expect(await embeddingsOf(row.id)).toEqual([]);
  });

  it("isn't there if its embedding is refused", async () => {
    const row = prediction({ embedding: Buffer.alloc(3) });
    await expect(insertPrediction(db, row)).rejects.toMatchObject({ code: CHECK_VIOLATION });
    expect(await findPrediction(db, row.id)).toBeUndefined();
  });

  it.each<[string, Partial<NewPrediction>]>([
    ["a key of another shape", { objectKey: "photo.jpg" }],
    ["a class below 0", { classIndex: -1 }],
    ["a class above 10", { classIndex: 11 }],
    ["a probability above 1", { probability: 1.01 }],
    ["ten probabilities", { probabilities: Array<number>(10).fill(0.1) }],
    ["a negative probability", { probabilities: [-0.1, ...Array<number>(10).fill(0.1)] }],
    ["no model version", { modelVersion: "" }],
    ["no variant", { variant: "" }],
    ["an unknown source", { source: "mail" as "upload" }],
    ["an empty embedding", { embedding: Buffer.alloc(0) }],
    ["half a number in the embedding", { embedding: Buffer.alloc(2561) }],
  ])("is refused with %s", async (_what, changes) => {
    await expect(insertPrediction(db, prediction(changes))).rejects.toMatchObject({
      code: CHECK_VIOLATION,
    });
  });

  it("is found by its session, newest first, page by page", async () => {
    const sessionId = randomUUID();
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 24, hour));
    const rows = [];
    for (const hour of [2, 4, 1, 3])
      rows.push(await savedPrediction({ sessionId, predictedAt: at(hour) }));
    await savedPrediction({ predictedAt: at(5) });
    const [second, fourth, first, third] = rows.map(({ id }) => id);
    const page = async (limit: number, before?: Date) =>
      (await findPredictionsOfSession(db, sessionId, { limit, before })).map(({ id }) => id);
    expect(await page(10)).toEqual([fourth, third, second, first]);
    expect(await page(2, at(4))).toEqual([third, second]);
    expect(await page(2, at(2))).toEqual([first]);
  });
});

describe("feedback", () => {
  it("is there once when it is inserted twice, and comes back as it was given", async () => {
    const { id } = await savedPrediction();
    const given = feedback(id, { kind: "correction", classIndex: 0 });
    expect(await insertFeedback(db, given)).toBe(true);
    expect(await insertFeedback(db, { ...given, classIndex: 5 })).toBe(false);
    expect(await findLatestFeedback(db, [id])).toEqual(new Map([[id, given]]));
  });

  it("is refused before its prediction", async () => {
    await expect(insertFeedback(db, feedback(randomUUID()))).rejects.toThrow(UnknownPrediction);
  });

  it.each<[string, Partial<Record<keyof NewFeedback, unknown>>]>([
    ["an unknown kind", { kind: "doubt" }],
    ["a correction without a class", { kind: "correction" }],
    ["a class without a correction", { classIndex: 3 }],
    ["a flag with a class", { kind: "flag", classIndex: 3 }],
    ["a class below 0", { kind: "correction", classIndex: -1 }],
    ["a class above 10", { kind: "correction", classIndex: 11 }],
  ])("is refused with %s", async (_what, changes) => {
    const { id } = await savedPrediction();
    const given = feedback(id, changes as Partial<NewFeedback>);
    await expect(insertFeedback(db, given)).rejects.toMatchObject({ code: CHECK_VIOLATION });
  });

  it("counts as it was given last, in whatever order it was saved", async () => {
    const [one, other, none] = [
      await savedPrediction(),
      await savedPrediction(),
      await savedPrediction(),
    ];
    const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 10, minute));
    const last = feedback(one.id, { kind: "flag", givenAt: at(3) });
    const ofOther = feedback(other.id, { givenAt: at(9) });
    for (const given of [
      feedback(one.id, { givenAt: at(1) }),
      last,
      feedback(one.id, { givenAt: at(2) }),
      ofOther,
    ])
      await insertFeedback(db, given);
    expect(await findLatestFeedback(db, [one.id, other.id, none.id])).toEqual(
      new Map([
        [one.id, last],
        [other.id, ofOther],
      ]),
    );
    expect(await findLatestFeedback(db, [])).toEqual(new Map());
  });
});

describe("the role frontend", () => {
  it.each([
    "UPDATE predictions SET variant = 'canary'",
    "DELETE FROM predictions",
    "SELECT vector FROM embeddings",
    "UPDATE embeddings SET model_version = 'x'",
    "DELETE FROM embeddings",
    "UPDATE feedback SET kind = 'agree'",
    "DELETE FROM feedback",
    "TRUNCATE feedback",
    "DROP TABLE feedback",
    "CREATE TABLE mine (id int)",
    "SELECT * FROM migrations",
  ])("may not %s", async (statement) => {
    await expect(db.query(statement)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
  });
});

describe("a database of a role's own", () => {
  const provisionOwn = (secret: string) =>
    provisionDatabases(
      container.superuser,
      {
        databases: [{ name: "tool", owner: "tool" }],
        roles: [
          {
            name: "tool",
            database: "tool",
            passwordVariable: "UNUSED",
            password: secret,
            tables: {},
          },
        ],
        migrations,
      },
      () => undefined,
    );
  const asTool = (secret: string) => ({ ...as("tool", "tool"), password: secret });

  it("takes tables of its owner, keeps them, and lets nobody else in", async () => {
    await provisionOwn("first");
    await connected(asTool("first"), (tool) => tool.query("CREATE TABLE things (n int)"));
    await provisionOwn("second");
    await expect(connected(asTool("first"), (tool) => tool.query("SELECT 1"))).rejects.toThrow(
      "password authentication failed",
    );
    const { rows } = await connected(asTool("second"), (tool) =>
      tool.query("SELECT * FROM things"),
    );
    expect(rows).toEqual([]);
    await expect(
      connected(as("frontend", "tool"), (other) => other.query("SELECT 1")),
    ).rejects.toThrow("permission denied for database");
    await expect(
      connected({ ...asTool("second"), database: "loop" }, (tool) => tool.query("SELECT 1")),
    ).rejects.toThrow("permission denied for database");
  });
});

describe("an upgrade", () => {
  const [first, ...later] = readdirSync(join(migrations, "loop")).sort() as [string, ...string[]];

  it("keeps the rows that are there, and can be taken back", async () => {
    const folder = mkdtempSync(join(tmpdir(), "migrations-"));
    const database = "upgraded";
    mkdirSync(join(folder, database));
    const copy = (name: string) =>
      copyFileSync(join(migrations, "loop", name), join(folder, database, name));
    try {
      copy(first);
      await provision(database, folder, { predictions: ["select", "insert"] });
      const row = prediction({ sessionId: null, embedding: null });
      await connected(as("frontend", database), (own) => insertAsAtFirst(own, row));
      const before = await contentOf(database);

      later.forEach(copy);
      await provision(database, folder);
      await connected(as("frontend", database), async (own) => {
        const { storedAt, ...stored } = (await findPrediction(own, row.id))!;
        expect({ ...stored, embedding: null }).toEqual(row);
        expect(storedAt).toEqual(before[0]!.stored_at);
        await insertFeedback(own, feedback(row.id));
      });

      await migrateDown(database, join(folder, database), later.length);
      expect(await contentOf(database)).toEqual(before);
      await provision(database, folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("gives every table and column a description", async () => {
    const { rows } = await connected(asSuperuser(), (superuser) =>
      superuser.query<{ what: string }>(UNDESCRIBED),
    );
    expect(rows).toEqual([]);
  });
});

/** Codes of PostgreSQL's documentation, appendix A. */
const CHECK_VIOLATION = "23514";
const INSUFFICIENT_PRIVILEGE = "42501";

const UNDESCRIBED = `SELECT c.relname || coalesce('.' || a.attname, '') AS what FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum >= 0 AND NOT a.attisdropped
  WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'migrations'
    AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)`;

/** What the service's first version did. */
const insertAsAtFirst = (own: Client, row: NewPrediction) =>
  own.query(
    `INSERT INTO predictions (id, object_key, class_index, probability, probabilities, model_version,
      variant, predicted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      row.id,
      row.objectKey,
      row.classIndex,
      row.probability,
      row.probabilities,
      row.modelVersion,
      row.variant,
      row.predictedAt,
    ],
  );

const contentOf = (database: string) =>
  connected({ ...container.superuser, database }, async (superuser) => {
    const query = "SELECT * FROM predictions ORDER BY id";
    return (await superuser.query<Record<string, unknown>>(query)).rows;
  });

const migrateDown = (database: string, dir: string, count: number) =>
  connected({ ...container.superuser, database }, async (dbClient) => {
    await dbClient.query(`SET ROLE ${escapeIdentifier(ownerOf(database))}`);
    const log = () => undefined;
    await runner({ dbClient, dir, direction: "down", count, migrationsTable: "migrations", log });
  });
