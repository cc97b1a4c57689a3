// The models worth starting from: the published one, and the one this service took last.
import { ModelUnavailable } from "./errors";
import { describeModel } from "./description";
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

/** What the alias stands for now, downloaded unless it is here. Throws ModelUnavailable, ModelRefused. */
export async function publishedModel(source: ModelSource): Promise<Candidate> {
  const { store, cache, aliasName } = source;
  const alias = await store.alias(aliasName);
  const cached = await cache.model(alias.sha256);
  if (cached !== undefined) return candidate(cache, alias, cached);
  const bytes = await store.model(alias.sha256);
  await cache.keepModel(alias.sha256, bytes);
  return candidate(cache, alias, bytes);
}

/** What this service took last, from its own volume. Throws ModelUnavailable, ModelRefused. */
export async function lastGoodModel({ cache, aliasName }: ModelSource): Promise<Candidate> {
  const alias = await cache.alias(aliasName);
  const bytes = alias && (await cache.model(alias.sha256));
  if (alias === undefined || bytes === undefined)
    throw new ModelUnavailable("the cache holds no model");
  return candidate(cache, alias, bytes);
}

function candidate(cache: ModelCache, alias: ModelAlias, bytes: Uint8Array): Candidate {
  return { alias, file: { path: cache.path(alias.sha256), description: describeModel(bytes) } };
}
