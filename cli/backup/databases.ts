// A stack's databases, by PostgreSQL's own programs inside its container: they are of the server's version, and its socket
// asks them for no password.
import { CommandError } from "../command";
import type { DatabasePart } from "./manifest";
import { abandon, feed, startBeside } from "./pipes";
import type { StackStores } from "./stack-stores";
import { type Content } from "./tar";

/** Rows by `schema.table`. */
export type Rows = Record<string, number>;

/**
 * Tables whose rows stay behind: sessions and tokens by which somebody could go on as a user of the stack that the backup is
 * from. In another stack, with other keys, they are worth nothing.
 */
const leftBehind: Readonly<Record<string, readonly string[]>> = {
  "label-studio": [
    "authtoken_token",
    "django_session",
    "token_blacklist_blacklistedtoken",
    "token_blacklist_outstandingtoken",
  ],
  airflow: ["session"],
};

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** One line of JSON. Each table is counted by a query of its own (it needs no function, so it runs read-only). */
const countRows = (database: string) =>
  `SELECT coalesce(json_object_agg(format('%s.%s', schemaname, tablename),
    (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I', schemaname, tablename), false, true, '')))[1]::text::bigint
    ORDER BY schemaname, tablename)::text, '{}')
  FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
    AND tablename <> ALL (ARRAY[${(leftBehind[database] ?? []).map(literal).join(", ")}]::text[]);`.replaceAll(
    "\n",
    " ",
  );

/** The image's own rule for the superuser's name. */
const psql =
  'psql --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}"';

/** Of a name and a query: counts and dump are of the same moment, whatever is written meanwhile. The session keeps it. */
const dumpScript = `set -euo pipefail
database="$1"; count="$2"; shift 2
coproc SESSION { exec ${psql} --dbname="$database"; }
session="$SESSION_PID"
printf '%s\\n' 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;' 'SELECT pg_export_snapshot();' "$count" >&"\${SESSION[1]}"
read -r snapshot <&"\${SESSION[0]}"
read -r rows <&"\${SESSION[0]}"
printf 'rows %s\\n' "$rows" >&2
pg_dump --format=custom --no-owner --no-privileges --lock-wait-timeout=60s --snapshot="$snapshot" \\
  --username="\${POSTGRES_USER:-postgres}" "$@" -- "$database"
printf '%s\\n' 'COMMIT;' '\\q' >&"\${SESSION[1]}"
wait "$session"`;

/** Of a name, its owner and SQL that makes it. */
const restoreScript = `set -euo pipefail
printf '%s\\n' "$3" | ${psql} --dbname=postgres
exec pg_restore --no-owner --no-privileges --exit-on-error --single-transaction --role="$2" \\
  --username="\${POSTGRES_USER:-postgres}" --dbname="$1"`;

/** Version of the server. */
export const serverVersion = (stores: StackStores): Promise<string> =>
  query(stores, "postgres", "SHOW server_version;");

export interface Database {
  name: string;
  owner: string;
  /** Id of the backup that it was being restored from when that was interrupted. */
  restoring?: string;
}

const restoringSuffix = ".restoring";
const replacedSuffix = ".replaced";
const marker = "being restored from backup ";

/** Those of the stack, also such as a restore hasn't put in their place yet. */
async function everyDatabase(stores: StackStores): Promise<Database[]> {
  const listed = await query(
    stores,
    "postgres",
    `SELECT json_build_object('name', datname, 'owner', pg_get_userbyid(datdba),
      'comment', shobj_description(oid, 'pg_database'))
    FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY datname;`,
  );
  return listed
    .split("\n")
    .filter(Boolean)
    .map((text) => {
      const { name, owner, comment } = JSON.parse(text) as Database & { comment: string | null };
      const restoring = comment?.startsWith(marker) ? comment.slice(marker.length) : undefined;
      return { name, owner, ...(restoring && { restoring }) };
    });
}

const isPutAside = ({ name }: Database) =>
  name.endsWith(restoringSuffix) || name.endsWith(replacedSuffix);

export const databasesOf = async (stores: StackStores): Promise<Database[]> =>
  (await everyDatabase(stores)).filter((database) => !isPutAside(database));

/** Ids of the backups whose restoration was begun and not ended. */
export const unfinished = async (stores: StackStores): Promise<string[]> => [
  ...new Set((await everyDatabase(stores)).flatMap(({ restoring }) => restoring ?? [])),
];

export const rowsOf = async (stores: StackStores, database: string): Promise<Rows> =>
  JSON.parse(await query(stores, database, countRows(nameOfRestored(database)))) as Rows;

/** Writes a database as it is at this moment. `write` takes the dump. */
export async function dump(
  stores: StackStores,
  name: string,
  write: (chunks: AsyncIterable<Buffer>) => Promise<Content>,
): Promise<DatabasePart> {
  const excluded = (leftBehind[name] ?? []).map((table) => `--exclude-table-data=public.${table}`);
  const program = inPostgres(stores, `pg_dump of ${name}`, [
    ...["bash", "-c", dumpScript, "dump", name, countRows(name)],
    ...excluded,
  ]);
  program.stdin.end();
  try {
    const written = await write(program.stdout as AsyncIterable<Buffer>);
    const rows = /^rows (.*)$/m.exec(await program.ended)?.[1];
    return { name, rows: JSON.parse(rows!) as Rows, ...written };
  } finally {
    abandon(program);
  }
}

/** Restores a dump beside the database of that name, which goes on as it is. Resolves with the rows that are there then. */
export async function restoreBeside(
  stores: StackStores,
  { name, owner }: Database,
  { id, content }: { id: string; content: AsyncIterable<Buffer> },
): Promise<Rows> {
  const beside = `${name}${restoringSuffix}`;
  const sql = [
    `DROP DATABASE IF EXISTS ${identifier(beside)} WITH (FORCE);`,
    `CREATE DATABASE ${identifier(beside)} TEMPLATE template0 OWNER ${identifier(owner)};`,
    `COMMENT ON DATABASE ${identifier(beside)} IS ${literal(`${marker}${id}`)};`,
  ].join("\n");
  const words = ["bash", "-c", restoreScript, "restore", beside, owner, sql];
  const program = inPostgres(stores, `pg_restore of ${name}`, words);
  program.stdout.resume();
  try {
    await feed(program, content);
    await program.ended;
  } finally {
    abandon(program);
  }
  return rowsOf(stores, beside);
}

const nameOfRestored = (database: string) => database.replace(restoringSuffix, "");

/** Puts what was restored into its place, all databases at once: none is of another time than the others. */
export async function swapIn(stores: StackStores, names: readonly string[]): Promise<void> {
  const [databases, beside, replaced] = ["", restoringSuffix, replacedSuffix].map((suffix) =>
    names.map((name) => identifier(`${name}${suffix}`)),
  );
  const all = names.flatMap((name) => [name, `${name}${restoringSuffix}`]).map(literal);
  await query(
    stores,
    "postgres",
    [
      ...replaced!.map((name) => `DROP DATABASE IF EXISTS ${name} WITH (FORCE);`),
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${all.join(", ")});`,
      "BEGIN;",
      ...databases!.flatMap((name, at) => [
        `ALTER DATABASE ${name} RENAME TO ${replaced![at]};`,
        `ALTER DATABASE ${beside![at]} RENAME TO ${name};`,
      ]),
      "COMMIT;",
      ...replaced!.map((name) => `DROP DATABASE ${name} WITH (FORCE);`),
    ].join("\n"),
  );
}

/** All is restored: from here on it is the stack's own data. */
export async function forgetRestoring(stores: StackStores): Promise<void> {
  const marked = (await everyDatabase(stores)).filter(({ restoring }) => restoring);
  await query(
    stores,
    "postgres",
    marked
      .map((database) =>
        isPutAside(database)
          ? `DROP DATABASE ${identifier(database.name)} WITH (FORCE);`
          : `COMMENT ON DATABASE ${identifier(database.name)} IS NULL;`,
      )
      .join("\n"),
  );
}

async function query(stores: StackStores, database: string, sql: string): Promise<string> {
  const words = ["bash", "-c", `exec ${psql} --dbname="$1"`, "psql", database];
  const program = inPostgres(stores, `a query of database ${database}`, words);
  program.stdin.end(sql);
  let printed = "";
  for await (const chunk of program.stdout) printed += (chunk as Buffer).toString("utf8");
  await program.ended;
  return printed.trim();
}

const inPostgres = ({ endpoint, postgres }: StackStores, what: string, words: readonly string[]) =>
  startBeside(endpoint, what, ["docker", "exec", "--interactive", postgres, ...words]);

/** What two counts of the same tables differ in, for people; tables without rows are nothing to miss. */
export function differences(expected: Rows, found: Rows): string[] {
  const tables = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
  return tables
    .filter((table) => (expected[table] ?? 0) !== (found[table] ?? 0))
    .map(
      (table) =>
        `${table}: ${expected[table] ?? 0} rows in the backup, ${found[table] ?? 0} restored`,
    );
}

export function needEqual(name: string, expected: Rows, found: Rows): void {
  const different = differences(expected, found);
  if (different.length > 0)
    throw new CommandError(
      `database ${name} isn't restored as it was backed up:\n  ${different.join("\n  ")}`,
    );
}
