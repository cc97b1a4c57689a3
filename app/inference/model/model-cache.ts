// The models on this service's own volume, so that it starts while the object store is down. Files
// appear whole or not at all, and are believed only after their hash was checked.
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { ModelAlias, sha256Of } from "./model-file";

export class ModelCache {
  constructor(private readonly folder: string) {}

  path(sha256: string): string {
    return join(this.folder, `${sha256}.onnx`);
  }

  /** The bytes of a model, if they are here and whole; a damaged file is removed. */
  async model(sha256: string): Promise<Uint8Array | undefined> {
    const bytes = await contentOf(this.path(sha256));
    if (bytes === undefined || sha256Of(bytes) === sha256) return bytes;
    await rm(this.path(sha256), { force: true });
    return undefined;
  }

  async keepModel(sha256: string, bytes: Uint8Array): Promise<void> {
    await writeWhole(this.path(sha256), bytes);
  }

  /** What the alias stood for when this service last took its model. */
  async alias(name: string): Promise<ModelAlias | undefined> {
    const json = await contentOf(this.aliasPath(name));
    if (json === undefined) return undefined;
    try {
      return Value.Decode(ModelAlias, JSON.parse(json.toString("utf8")));
    } catch {
      await rm(this.aliasPath(name), { force: true });
      return undefined;
    }
  }

  async keepAlias(name: string, alias: ModelAlias): Promise<void> {
    await writeWhole(this.aliasPath(name), Buffer.from(JSON.stringify(alias)));
  }

  private aliasPath(name: string): string {
    return join(this.folder, "aliases", name);
  }
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** One name for the unfinished file, so that what a killed process leaves is written over. */
async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const unfinished = `${path}.unfinished`;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(unfinished, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
