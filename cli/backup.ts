// `npm run backup`: everything that people made in a running stack, in one file.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { addBucket, addManifest, taken, writeArchive } from "./backup/archive";
import { databasesOf, dump, serverVersion } from "./backup/databases";
import {
  type BucketPart,
  type DatabasePart,
  amount,
  described,
  format,
  partName,
} from "./backup/manifest";
import { takeObjects } from "./backup/objects";
import { type StackStores, storesOf } from "./backup/stack-stores";
import type { TarWriter } from "./backup/tar";
import { teller } from "./backup/teller";
import { type Command, CommandError } from "./command";
import { outputsOf } from "./deploy/state";
import { root, stateFolder } from "./paths";
import { run } from "./processes";
import { checkStackName } from "./setup/stack";
import { stackOption, stackUsage } from "./stack-option";

export const backup: Command = {
  summary: "writes a running stack's databases and objects to one file",
  usage: `npm run backup [-- OPTIONS]

${stackUsage}
      --out FILE      where to; default .pulumi/backups/STACK-TIME.tar in this clone

Nothing is stopped. The file holds no password of the stack, and photos that people sent: only you may read it.
npm run restore brings it into an empty stack.`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { ...stackOption, out: { type: "string" } },
    });
    const stack = checkStackName(values.stack);
    const takenAt = new Date();
    const path = pathOf(values.out, stack, takenAt);
    if (existsSync(path)) throw new CommandError(taken(path));
    const stores = await storesOf(stack);
    const manifest = await writeArchive(path, (tar) => take(stores, tar, takenAt));
    console.log(["", ...described(manifest), "", path].join("\n"));
    return 0;
  },
};

/** What a person names is meant from where they are; npm runs this in the clone. */
function pathOf(out: string | undefined, stack: string, takenAt: Date): string {
  const time = takenAt.toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
  if (out === undefined) return join(stateFolder, "backups", `${stack}-${time}.tar`);
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), out);
}

/**
 * Databases first: an object is written before the row that names it and is never changed, so whatever a dump's rows name is
 * in the store when the objects' turn comes. The other way round, a row could come without its photo.
 */
async function take(stores: StackStores, tar: TarWriter, takenAt: Date) {
  const databases: DatabasePart[] = [];
  for (const { name } of await databasesOf(stores)) {
    const part = await dump(stores, name, (chunks) => tar.add(partName.database(name), chunks));
    console.log(`database ${name}: ${amount(part.bytes)}`);
    databases.push(part);
  }
  const buckets: BucketPart[] = [];
  for await (const { bucket, objects } of takeObjects(stores)) {
    const told = teller(`bucket ${bucket}`);
    buckets.push(await addBucket(tar, bucket, objects, told.one));
    told.end();
  }
  const manifest = {
    format,
    stack: stores.stack,
    takenAt: takenAt.toISOString(),
    ...(await revision()),
    postgresql: await serverVersion(stores),
    images: outputsOf(stores.state)["images"] as Record<string, string>,
    databases,
    buckets,
  };
  await addManifest(tar, manifest);
  return manifest;
}

/** Of this clone; nothing where it is no git repository. */
async function revision(): Promise<{ revision?: string }> {
  const head = await run("git", ["-C", root, "rev-parse", "HEAD"]);
  if (head.exitCode !== 0) return {};
  const { stdout } = await run("git", ["-C", root, "status", "--porcelain"]);
  return { revision: `${head.stdout.trim()}${stdout === "" ? "" : "+"}` };
}
