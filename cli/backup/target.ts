// Whether a backup may go into a stack: there must be room for all of it, and nothing that people made would be lost.
import { CommandError } from "../command";
import type { Rows } from "./databases";
import type { IndexEntry, Manifest } from "./manifest";

/** What a stack holds, as far as it decides. */
export interface Holdings {
  /** Rows by database. */
  databases: ReadonlyMap<string, Rows>;
  /** Number of objects by bucket. */
  buckets: ReadonlyMap<string, number>;
  /** Ids of backups whose restoration wasn't ended. */
  unfinished: readonly string[];
}

/** Tables that have rows in a stack in which nobody did anything yet. */
const ownTables = ["public.migrations"];
/** In databases of other software only these are what people made; the rest it writes by itself. */
const peoplesTables: Readonly<Record<string, readonly string[]>> = {
  "label-studio": ["public.task", "public.task_completion"],
  airflow: [],
};
/** The demonstration model and the alias that names it. */
const objectsOfAnEmptyStack: Readonly<Record<string, number>> = { models: 2 };

/** What people made in a stack, for people: empty when a backup may take its place. */
export function peoplesData({ databases, buckets }: Omit<Holdings, "unfinished">): string[] {
  const tables = [...databases].flatMap(([database, rows]) =>
    Object.entries(rows)
      .filter(([table, count]) => count > 0 && isPeoples(database, table))
      .map(([table, count]) => `${count} rows in ${table} of database ${database}`),
  );
  const objects = [...buckets]
    .filter(([bucket, count]) => count > (objectsOfAnEmptyStack[bucket] ?? 0))
    .map(([bucket, count]) => `${count} objects in bucket ${bucket}`);
  return [...tables, ...objects];
}

const isPeoples = (database: string, table: string): boolean =>
  peoplesTables[database]?.includes(table) ?? !ownTables.includes(table);

/** What the backup holds and the stack has no place for. */
export function withoutPlace(manifest: Manifest, holdings: Holdings): string[] {
  return [
    ...manifest.databases
      .filter(({ name }) => !holdings.databases.has(name))
      .map(({ name }) => `database ${name}`),
    ...manifest.buckets
      .filter(({ name }) => !holdings.buckets.has(name))
      .map(({ name }) => `bucket ${name}`),
  ];
}

export interface Wanted {
  stack: string;
  manifest: Manifest;
  /** The backup's. */
  id: string;
  replace: boolean;
  partial: boolean;
}

/** Rejects what would lose data or leave some behind, with what to do. Says whether data is going to be replaced. */
export function checkTarget(wanted: Wanted, holdings: Holdings): { replaces: string[] } {
  const { stack, manifest, id, replace, partial } = wanted;
  const homeless = withoutPlace(manifest, holdings);
  if (homeless.length > 0 && !partial)
    throw new CommandError(
      `the stack "${stack}" has no place for ${homeless.join(", ")}: deploy it with the components of the backed-up one (key components), or leave those out with --partial`,
    );
  // A restoration that goes on has filled the stack itself.
  if (holdings.unfinished.includes(id)) return { replaces: [] };
  const found = peoplesData(holdings);
  if (found.length > 0 && !replace)
    throw new CommandError(
      [
        `the stack "${stack}" holds data already:`,
        ...found.map((one) => `  ${one}`),
        ...(holdings.unfinished.length > 0
          ? [
              "Another backup's restoration was interrupted here: the same file would be gone on with.",
            ]
          : []),
        "Restore into an empty stack, or replace all of this for good with --replace.",
      ].join("\n"),
    );
  return { replaces: found };
}

/** What of a backup's objects isn't in the store, and what is there beyond them, by bucket. */
export function compared(
  wanted: readonly { name: string; objects: readonly IndexEntry[] }[],
  there: ReadonlyMap<string, ReadonlyMap<string, number>>,
): { missing: string[]; extra: Map<string, string[]> } {
  const missing: string[] = [];
  const extra = new Map<string, string[]>();
  for (const { name, objects } of wanted) {
    const found = there.get(name) ?? new Map<string, number>();
    for (const { key, bytes } of objects)
      if (found.get(key) !== bytes) missing.push(`${name}/${key}`);
    const known = new Set(objects.map(({ key }) => key));
    const beyond = [...found.keys()].filter((key) => !known.has(key));
    if (beyond.length > 0) extra.set(name, beyond);
  }
  return { missing, extra };
}
