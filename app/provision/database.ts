// Databases, their migrations, and login roles with just the rights they need. Running it again changes nothing.
import { join } from "node:path";
import { runner } from "node-pg-migrate";
import { Client, type ClientConfig, escapeIdentifier, escapeLiteral } from "pg";
import type { ProvisionPlan } from "./plan";

type Role = ProvisionPlan["roles"][number] & { password: string };

/** Owns a database's tables and can't log in: no service can alter what another one relies on. */
export const ownerOf = (database: string) => `${database}-owner`;

export interface DatabaseProvisioning {
  databases: ProvisionPlan["databases"];
  roles: readonly Role[];
  /** Folder with one folder of migrations a database. */
  migrations: string;
}

/** @param server connection of a superuser, without a database */
export async function provisionDatabases(
  server: ClientConfig,
  { databases, roles, migrations }: DatabaseProvisioning,
  log: (line: string) => void,
): Promise<void> {
  await connected({ ...server, database: "postgres" }, async (db) => {
    for (const role of roles) await createRole(db, role);
    for (const { name, owner } of databases)
      await createDatabase(db, name, owner ?? (await createOwner(db, name)));
  });
  for (const { name: database, owner } of databases) {
    if (owner !== undefined) {
      log(`database ${database}: ${owner}'s own`);
      continue;
    }
    await connected({ ...server, database }, async (db) => {
      const applied = await migrate(db, database, migrations);
      const ofDatabase = roles.filter((role) => role.database === database);
      await grant(db, database, ofDatabase);
      log(`database ${database}: ${applied} new migrations, ${ofDatabase.length} roles`);
    });
  }
}

/** The owner of our tables in a database, who can't log in. Returns its name. */
async function createOwner(db: Client, database: string): Promise<string> {
  const owner = ownerOf(database);
  if (!(await exists(db, "pg_roles", "rolname", owner)))
    await db.query(`CREATE ROLE ${escapeIdentifier(owner)} NOLOGIN`);
  return owner;
}

async function createDatabase(db: Client, name: string, owner: string): Promise<void> {
  if (!(await exists(db, "pg_database", "datname", name)))
    await db.query(`CREATE DATABASE ${escapeIdentifier(name)} OWNER ${escapeIdentifier(owner)}`);
  await db.query(`REVOKE ALL ON DATABASE ${escapeIdentifier(name)} FROM PUBLIC`);
}

/** Also sets the password, so that a new one in the plan reaches a role that is there already. */
async function createRole(db: Client, { name, password }: Role): Promise<void> {
  const role = escapeIdentifier(name);
  if (!(await exists(db, "pg_roles", "rolname", name))) await db.query(`CREATE ROLE ${role} LOGIN`);
  await db.query(
    `ALTER ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${escapeLiteral(password)}`,
  );
}

/** Applies what is new, as the owner, under the runner's own lock. Returns how many. */
async function migrate(db: Client, database: string, folder: string): Promise<number> {
  await db.query(`SET ROLE ${escapeIdentifier(ownerOf(database))}`);
  try {
    const applied = await runner({
      dbClient: db,
      dir: join(folder, database),
      direction: "up",
      migrationsTable: "migrations",
      log: () => undefined,
    });
    return applied.length;
  } finally {
    await db.query("RESET ROLE");
  }
}

/** Takes all rights away and gives those of the plan, in one transaction: rights no longer needed are gone. */
async function grant(db: Client, database: string, roles: readonly Role[]): Promise<void> {
  await db.query("BEGIN");
  await db.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  for (const { name, tables } of roles) {
    const role = escapeIdentifier(name);
    await db.query(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`);
    await db.query(`GRANT CONNECT ON DATABASE ${escapeIdentifier(database)} TO ${role}`);
    await db.query(`GRANT USAGE ON SCHEMA public TO ${role}`);
    for (const [table, rights] of Object.entries(tables))
      await db.query(`GRANT ${rights.join(", ")} ON ${escapeIdentifier(table)} TO ${role}`);
  }
  await db.query("COMMIT");
}

async function exists(db: Client, catalogue: string, column: string, name: string) {
  const { rowCount } = await db.query(`SELECT FROM ${catalogue} WHERE ${column} = $1`, [name]);
  return rowCount === 1;
}

/** A failed transaction ends with its connection. */
async function connected(config: ClientConfig, work: (db: Client) => Promise<void>): Promise<void> {
  const db = new Client(config);
  await db.connect();
  try {
    await work(db);
  } finally {
    await db.end();
  }
}
