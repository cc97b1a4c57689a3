// The models on this service's own volume, so that it starts while the object store is down. Files
// appear whole or not at all, and are believed only after their hash was checked.
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { ModelUnavailable } from "./errors";
import { ModelAlias, sha256OfFile } from "./model-file";

const MODEL = ".onnx";
const UNFINISHED = ".unfinished";

export class ModelCache {
  constructor(private readonly folder: string) {}

  path(sha256: string): string {
    return join(this.folder, `${sha256}${MODEL}`);
  }

  /** Whether a model is here and whole; a damaged file is removed. */
  async hasModel(sha256: string): Promise<boolean> {
    const path = this.path(sha256);
    const found = await unlessMissing(() => sha256OfFile(path));
    if (found !== undefined && found !== sha256) await rm(path, { force: true });
    return found === sha256;
  }

  /** Keeps a model as it comes, if it is the right one. Throws ModelUnavailable otherwise. */
  async keepModel(sha256: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    await writeWhole(this.path(sha256), bytes, async (unfinished) => {
      if ((await sha256OfFile(unfinished)) !== sha256)
        throw new ModelUnavailable(`${sha256}${MODEL} has another hash than its name says`);
    });
  }

  /** What the alias stood for when this service took its model: the last time, and the time before. */
  async taken(aliasName: string): Promise<ModelAlias[]> {
    const [last, before] = this.aliasPaths(aliasName);
    return [await aliasIn(last), await aliasIn(before)].filter((alias) => alias !== undefined);
  }

  /** Remembers that this service took the model, and which one before it. */
  async keepTaken(aliasName: string, alias: ModelAlias): Promise<void> {
    const [last, before] = this.aliasPaths(aliasName);
    const replaced = await aliasIn(last);
    if (replaced !== undefined && replaced.sha256 !== alias.sha256)
      await writeWhole(before, bytesOf(replaced));
    await writeWhole(last, bytesOf(alias));
  }

  /** Removes every model but those taken last, and what a killed process left unfinished. */
  async prune(aliasName: string): Promise<void> {
    const kept = (await this.taken(aliasName)).map(({ sha256 }) => `${sha256}${MODEL}`);
    for (const name of superfluous(await readdir(this.folder), kept))
      await rm(join(this.folder, name), { force: true });
  }

  /** The names of aliases have no dot. */
  private aliasPaths(name: string): [last: string, before: string] {
    const path = join(this.folder, "aliases", name);
    return [path, `${path}.before`];
  }
}

/** Files of the cache's folder that nothing needs any more; what isn't the cache's own stays. */
export function superfluous(names: readonly string[], kept: readonly string[]): string[] {
  return names.filter(
    (name) => name.endsWith(UNFINISHED) || (name.endsWith(MODEL) && !kept.includes(name)),
  );
}

async function aliasIn(path: string): Promise<ModelAlias | undefined> {
  const json = await unlessMissing(() => readFile(path));
  if (json === undefined) return undefined;
  try {
    return Value.Decode(ModelAlias, JSON.parse(json.toString("utf8")));
  } catch {
    await rm(path, { force: true });
    return undefined;
  }
}

const bytesOf = (alias: ModelAlias): Buffer => Buffer.from(JSON.stringify(alias));

async function unlessMissing<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** One name for the unfinished file, so that what a killed process leaves is written over. */
async function writeWhole(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  check: (unfinished: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const unfinished = `${path}${UNFINISHED}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(unfinished, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await check(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
