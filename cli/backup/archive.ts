// A backup as a file: written so that it is there whole or not at all, and read only after all of it was checked.
import { existsSync, rmSync } from "node:fs";
import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { CommandError } from "../command";
import {
  type BucketPart,
  type IndexEntry,
  type Manifest,
  indexLine,
  partName,
  readManifest,
} from "./manifest";
import {
  type Content,
  NotATar,
  type TarEntry,
  TarWriter,
  contentOf,
  measured,
  tarEntries,
} from "./tar";

/** Holds people's photos: nobody else on the machine may read it. */
const mode = 0o600;

/** Writes a file that takes its name only when it is whole; what a failure leaves is removed. */
export async function writeArchive<T>(
  path: string,
  write: (tar: TarWriter) => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, "wx", mode);
  // Also when this process is told to stop.
  const remove = () => rmSync(part, { force: true });
  process.once("exit", remove);
  try {
    const tar = new TarWriter(file);
    const written = await write(tar);
    await tar.end();
    if (existsSync(path)) throw new CommandError(taken(path));
    await rename(part, path);
    return written;
  } finally {
    await file.close();
    remove();
    process.off("exit", remove);
  }
}

export const taken = (path: string) => `${path} is there already: name another file with --out`;

/** An object as it comes from the store. */
export interface IncomingObject {
  key: string;
  headers: Record<string, string>;
  content: AsyncIterable<Buffer>;
}

/** Adds a bucket's objects and the index of them. `onObject` is told of each. */
export async function addBucket(
  tar: TarWriter,
  name: string,
  objects: AsyncIterable<IncomingObject>,
  onObject: (bytes: number) => void,
): Promise<BucketPart> {
  const index: string[] = [];
  let bytes = 0;
  for await (const { key, headers, content } of objects) {
    const written = await tar.add(partName.object(name, key), content);
    index.push(indexLine({ key, headers, ...written }));
    bytes += written.bytes;
    onObject(written.bytes);
  }
  const written = await tar.add(partName.index(name), pieces(index));
  return { name, objects: index.length, bytes, index: written };
}

export const addManifest = (tar: TarWriter, manifest: Manifest): Promise<Content> =>
  tar.add(partName.manifest, pieces([`${JSON.stringify(manifest, null, 2)}\n`]));

async function* pieces(texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

/** A backup all of whose hashes hold. */
export interface Archive {
  manifest: Manifest;
  /** What tells this backup from every other: the hash of its manifest, which has the hashes of all else. */
  id: string;
  /** Each bucket's objects. */
  indexes: ReadonlyMap<string, readonly IndexEntry[]>;
  content: (name: string) => AsyncIterable<Buffer>;
}

/** Opens a backup and reads it to its end, for what isn't whole must not change a stack. */
export async function withArchive<T>(
  path: string,
  work: (archive: Archive) => Promise<T>,
  onRead: (bytes: number) => void = () => undefined,
): Promise<T> {
  const file = await open(path, "r").catch((error: Error) => {
    throw new CommandError(`${path} can't be read: ${error.message}`);
  });
  try {
    return await work(await checked(file, onRead));
  } catch (error) {
    if (error instanceof NotATar) throw new CommandError(notWhole(path, error.message));
    if (error instanceof Damaged) throw new CommandError(notWhole(path, error.message));
    throw error;
  } finally {
    await file.close();
  }
}

const notWhole = (path: string, reason: string) =>
  `${path} isn't a whole backup: ${reason}. Nothing was changed.`;

class Damaged extends Error {}

async function checked(file: FileHandle, onRead: (bytes: number) => void): Promise<Archive> {
  const entries = new Map<string, TarEntry>();
  for await (const entry of tarEntries(file)) entries.set(entry.name, entry);
  const entry = (name: string) => {
    const found = entries.get(name);
    if (!found) throw new Damaged(`${name} is missing in it`);
    return found;
  };
  const content = (name: string) => contentOf(file, entry(name));
  const check = async (name: string, expected: Content) => {
    const found = await measured(content(name));
    onRead(found.bytes);
    if (found.sha256 !== expected.sha256 || found.bytes !== expected.bytes)
      throw new Damaged(`${name} in it isn't what was written`);
  };
  const text = await textOf(content(partName.manifest));
  const manifest = readManifest(text);
  for (const part of manifest.databases) await check(partName.database(part.name), part);
  const indexes = new Map<string, readonly IndexEntry[]>();
  for (const { name, index, objects } of manifest.buckets) {
    await check(partName.index(name), index);
    const listed = readIndex(await textOf(content(partName.index(name))));
    if (listed.length !== objects)
      throw new Damaged(`bucket ${name} has another number of objects`);
    for (const object of listed) await check(partName.object(name, object.key), object);
    indexes.set(name, listed);
  }
  const { sha256: id } = await measured(content(partName.manifest));
  return { manifest, id, indexes, content };
}

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const found: Buffer[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return Buffer.concat(found).toString("utf8");
}

const readIndex = (text: string): IndexEntry[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((entry) => JSON.parse(entry) as IndexEntry);
