// The models worth serving: the published one, and those that this service took last.
import { describeModelFile } from "./description";
import type { ModelCache } from "./model-cache";
import type { ModelAlias, ModelFile } from "./model-file";
import type { ModelStore } from "./model-store";

export interface ModelSource {
  readonly store: ModelStore;
  readonly cache: ModelCache;
  readonly aliasName: string;
}

export interface Candidate {
  readonly alias: ModelAlias;
  readonly file: ModelFile;
}

/** What the alias stands for, downloaded unless it is here. Throws ModelUnavailable, ModelRefused. */
export async function publishedModel(
  { store, cache }: ModelSource,
  alias: ModelAlias,
  signal: AbortSignal,
): Promise<Candidate> {
  const { sha256 } = alias;
  if (!(await cache.hasModel(sha256)))
    await store.model(sha256, { signal, take: (bytes) => cache.keepModel(sha256, bytes) });
  return candidate(cache, alias);
}

/** A model that this service took once, if its own volume still has it. Throws ModelRefused. */
export async function cachedModel(
  { cache }: ModelSource,
  alias: ModelAlias,
): Promise<Candidate | undefined> {
  return (await cache.hasModel(alias.sha256)) ? candidate(cache, alias) : undefined;
}

async function candidate(cache: ModelCache, alias: ModelAlias): Promise<Candidate> {
  const { sha256 } = alias;
  const path = cache.path(sha256);
  return { alias, file: { path, sha256, description: await describeModelFile(path) } };
}
