// `npm run restore`: a backup becomes the data of a stack.
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { type Archive, withArchive } from "./backup/archive";
import {
  databasesOf,
  forgetRestoring,
  needEqual,
  restoreBeside,
  rowsOf,
  swapIn,
  unfinished,
} from "./backup/databases";
import { type BucketPart, type DatabasePart, amount, described, partName } from "./backup/manifest";
import { listObjects, putObjects, removeObjects } from "./backup/objects";
import { catalogueOf, runAgain, startAgain, stopUsers } from "./backup/services";
import { type StackStores, storesOf } from "./backup/stack-stores";
import { type Holdings, checkTarget, compared } from "./backup/target";
import { teller } from "./backup/teller";
import { type Command, CommandError, UsageError } from "./command";
import { releaseDeadLocks } from "./deploy/reconcile";
import { checkStackName } from "./setup/stack";
import { stackOption, stackUsage } from "./stack-option";

export const restore: Command = {
  summary: "brings a backup into a stack that holds no data yet",
  usage: `npm run restore -- FILE [OPTIONS]

${stackUsage}
      --replace       takes the place of the data that is there, after a question
      --partial       leaves out what the stack has no place for
  -y, --yes           asks nothing

The file is checked before anything is changed. Services that use the stores stop meanwhile. After an interruption the same
command goes on. Passwords stay those of the stack; migrations of this revision are applied to a backup of an earlier one.`,
  async run(args) {
    const options = parseOptions(args);
    console.log(`checking ${options.path}`);
    await withArchive(options.path, (archive) => restoreInto(options, archive));
    return 0;
  },
};

interface Options {
  path: string;
  stack: string;
  replace: boolean;
  partial: boolean;
  yes: boolean;
}

function parseOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...stackOption,
      replace: { type: "boolean", default: false },
      partial: { type: "boolean", default: false },
      yes: { type: "boolean", short: "y", default: false },
    },
  });
  const [file, ...more] = positionals;
  if (!file || more.length > 0) throw new UsageError(restore.usage);
  const { stack, ...others } = values;
  const path = resolve(process.env["INIT_CWD"] ?? process.cwd(), file);
  return { path, stack: checkStackName(stack), ...others };
}

async function restoreInto(options: Options, archive: Archive): Promise<void> {
  const { manifest, id } = archive;
  const { stack } = options;
  console.log(`of stack "${manifest.stack}", ${manifest.takenAt}, whole:`);
  console.log(described(manifest).join("\n"));
  const stores = await storesOf(stack);
  await releaseDeadLocks(stack, console.log);
  const holdings = await holdingsOf(stores);
  const { replaces } = checkTarget({ ...options, manifest, id }, holdings);
  if (replaces.length > 0 && !options.yes) await confirmLoss(stack, replaces);
  const databases = manifest.databases.filter(({ name }) => holdings.databases.has(name));
  const buckets = manifest.buckets.filter(({ name }) => holdings.buckets.has(name));
  const specs = await catalogueOf(stack);
  console.log("stopping the services that use the stores");
  await stopUsers(stores, specs);
  await restoreDatabases(stores, archive, databases);
  const extra = await restoreObjects(stores, archive, buckets);
  await swapIn(
    stores,
    databases.map(({ name }) => name),
  );
  await removeObjects(stores, extra);
  console.log(`job ${firstJob}: rights and migrations`);
  await runAgain(stores, firstJob);
  // From here on the data is the stack's own, to which people add as soon as the services are there.
  await forgetRestoring(stores);
  const others = specs.filter(({ name }) => name !== firstJob);
  await startAgain(stores, others, console.log);
  console.log(`stack "${stack}" has the data of ${manifest.takenAt}`);
}

/** Makes a restored database one that the stack's services may use. */
const firstJob = "provision";

async function holdingsOf(stores: StackStores): Promise<Holdings> {
  const databases = new Map<string, Record<string, number>>();
  for (const { name } of await databasesOf(stores)) databases.set(name, await rowsOf(stores, name));
  const buckets = await listObjects(stores);
  return {
    databases,
    buckets: new Map([...buckets].map(([bucket, keys]) => [bucket, keys.size])),
    unfinished: await unfinished(stores),
  };
}

async function confirmLoss(stack: string, replaces: readonly string[]): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CommandError("--replace removes data for good; without a terminal it needs --yes");
  console.log(["This is replaced for good:", ...replaces.map((one) => `  ${one}`)].join("\n"));
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(`Type the name of the stack, ${stack}, to go on: `);
  lines.close();
  if (answer.trim() !== stack) throw new CommandError("Nothing was changed.");
}

/** Beside those that are there: up to the swap, whatever happens, the stack has the data that it had. */
async function restoreDatabases(
  stores: StackStores,
  { id, content }: Archive,
  parts: readonly DatabasePart[],
): Promise<void> {
  const there = new Map((await databasesOf(stores)).map((database) => [database.name, database]));
  for (const { name, bytes, rows } of parts) {
    const part = { id, content: content(partName.database(name)) };
    needEqual(name, rows, await restoreBeside(stores, there.get(name)!, part));
    console.log(`database ${name}: ${amount(bytes)}`);
  }
}

/**
 * Objects come before the rows that name them, and what no row names any more goes after them: no row is ever without its
 * object. Resolves with what is beyond the backup, by bucket.
 */
async function restoreObjects(
  stores: StackStores,
  { indexes, content }: Archive,
  parts: readonly BucketPart[],
): Promise<Map<string, string[]>> {
  const told = teller("objects");
  const outgoing = parts.map(({ name }) => ({
    name,
    objects: indexes.get(name)!,
    content: (key: string) => content(partName.object(name, key)),
  }));
  await putObjects(stores, outgoing, told.one);
  told.end();
  const { missing, extra } = compared(outgoing, await listObjects(stores));
  if (missing.length === 0) return extra;
  throw new CommandError(`the object store lacks ${missing.length} objects: ${missing[0]}, …`);
}
