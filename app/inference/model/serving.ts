// The model that answers now, or why there is none yet. It follows the alias: a new model is started
// beside the one that answers and takes its place; one that can't be had or isn't taken changes
// nothing. A start with the store down uses the cache.
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import type { PhotoClassifier } from "../classifier/photo-classifier";
import { NoModel } from "../errors";
import { cachedModel, type Candidate, type ModelSource, publishedModel } from "./candidates";
import { ModelRefused } from "./errors";
import type { ModelAlias, ModelFile } from "./model-file";

export interface ServingOptions {
  readonly source: ModelSource;
  /** Starts worker threads for a model. Throws ModelRefused if it fails its self-test. */
  readonly startClassifier: (file: ModelFile, log: FastifyBaseLogger) => Promise<PhotoClassifier>;
  /** Between two tries while no model answers. */
  readonly retrySeconds: number;
  /** Between two looks at the alias once a model answers. */
  readonly pollSeconds: number;
}

/** The model that the alias names, and why another one answers. */
export interface Refusal {
  readonly sha256: string;
  readonly version: string;
  /** A sentence. */
  readonly reason: string;
}

interface Refused {
  readonly alias: ModelAlias;
  readonly reason: string;
  /** The model itself is at fault, and not that it couldn't be had: no second try. */
  readonly forGood: boolean;
}

interface Served {
  readonly sha256: string;
  readonly classifier: PhotoClassifier;
}

export class Serving {
  private served: Served | undefined;
  private refused: Refused | undefined;
  private reason = "it is being loaded.";
  private following: Promise<void> | undefined;
  private readonly closing = new AbortController();

  constructor(private readonly options: ServingOptions) {}

  /** The classifier that answers now. Throws NoModel. */
  current(): PhotoClassifier {
    if (this.served === undefined) throw new NoModel(this.reason, this.retryAfterSeconds());
    return this.served.classifier;
  }

  /** As `current`, for those who only look. */
  currentOrNone(): PhotoClassifier | undefined {
    return this.served?.classifier;
  }

  /** The model that should answer and doesn't; undefined while all is as published. */
  refusal(): Refusal | undefined {
    if (this.refused === undefined) return undefined;
    const { alias, reason } = this.refused;
    return { sha256: alias.sha256, version: alias.version, reason: `${reason}.` };
  }

  /** Keeps to the model that the alias names; resolves when this is closed, and never rejects. */
  follow(log: FastifyBaseLogger): Promise<void> {
    this.following ??= this.followUntilClosed(log);
    return this.following;
  }

  /** Answers what was accepted, then ends the workers; a model that is just starting is ended, too. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.following;
    await this.served?.classifier.close();
  }

  private async followUntilClosed(log: FastifyBaseLogger): Promise<void> {
    const { signal } = this.closing;
    const { retrySeconds, pollSeconds } = this.options;
    while (!signal.aborted) {
      const failures = await this.lookAtAlias(log);
      if (this.served === undefined) failures.push(...(await this.fallBack(log)));
      if (!signal.aborted) this.note(failures, log);
      const seconds = this.served === undefined ? retrySeconds : pollSeconds;
      await delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Takes what the alias names, if that is new. Resolves with what stands in the way. */
  private async lookAtAlias(log: FastifyBaseLogger): Promise<string[]> {
    const { source } = this.options;
    try {
      const alias = await source.store.alias(source.aliasName, this.closing.signal);
      if (this.refused && !isSame(this.refused.alias, alias)) this.refused = undefined;
      const isNew = alias.sha256 !== this.served?.sha256;
      if (isNew && !this.refused?.forGood) await this.replaceBy(alias, log);
      return this.refused === undefined ? [] : [this.refused.reason];
    } catch (error) {
      return [messageOf(error)];
    }
  }

  private async replaceBy(alias: ModelAlias, log: FastifyBaseLogger): Promise<void> {
    const { source } = this.options;
    try {
      await this.take(await publishedModel(source, alias, this.closing.signal), log);
    } catch (error) {
      const forGood = error instanceof ModelRefused;
      this.refused = { alias, reason: messageOf(error), forGood };
      if (forGood) await source.cache.prune(source.aliasName);
    }
  }

  /** Takes what was taken before, the last one first. Resolves with what stands in the way. */
  private async fallBack(log: FastifyBaseLogger): Promise<string[]> {
    const { cache, aliasName } = this.options.source;
    try {
      const failures: string[] = [];
      for (const alias of await cache.taken(aliasName)) {
        if (this.served === undefined) failures.push(...(await this.takeCached(alias, log)));
      }
      if (this.served !== undefined) return [];
      return failures.length > 0 ? failures : ["the cache holds no model"];
    } catch (error) {
      return [messageOf(error)];
    }
  }

  private async takeCached(alias: ModelAlias, log: FastifyBaseLogger): Promise<string[]> {
    const isRefused = this.refused?.forGood && isSame(this.refused.alias, alias);
    if (this.closing.signal.aborted || isRefused) return [];
    try {
      const candidate = await cachedModel(this.options.source, alias);
      if (candidate !== undefined) await this.take(candidate, log);
      return [];
    } catch (error) {
      return [messageOf(error)];
    }
  }

  /** Starts a model beside the one that answers, and has it answer from then on. */
  private async take({ alias, file }: Candidate, log: FastifyBaseLogger): Promise<void> {
    const classifier = await this.options.startClassifier(file, log);
    if (this.closing.signal.aborted) return classifier.close();
    const replaced = this.served?.classifier;
    this.served = { sha256: alias.sha256, classifier };
    if (this.refused?.alias.sha256 === alias.sha256) this.refused = undefined;
    const { version } = file.description;
    log.info({ modelVersion: version, sha256: alias.sha256 }, "model loaded");
    await this.remember(alias, log);
    await replaced?.close().catch((error: unknown) => {
      log.error({ err: error }, "the workers of the model before didn't end well");
    });
  }

  private async remember(alias: ModelAlias, log: FastifyBaseLogger): Promise<void> {
    const { cache, aliasName } = this.options.source;
    try {
      await cache.keepTaken(aliasName, alias);
      await cache.prune(aliasName);
    } catch (error) {
      log.warn({ err: error }, "the next start may not be able to fall back on this model");
    }
  }

  /** Keeps the reason for callers; the log gets it once and not at every try. */
  private note(failures: readonly string[], log: FastifyBaseLogger): void {
    const reason = failures.length > 0 ? `${failures.join("; ")}.` : "";
    if (reason !== "" && reason !== this.reason) {
      const modelVersion = this.served?.classifier.model.version;
      if (modelVersion === undefined) log.warn({ reason }, "no model yet, trying again");
      else log.warn({ reason, modelVersion }, "the last good model answers on");
    }
    this.reason = reason;
  }

  private retryAfterSeconds(): number {
    return Math.max(1, Math.ceil(this.options.retrySeconds));
  }
}

/** An alias written anew asks for another try, also if it names the same model. */
function isSame(one: ModelAlias, other: ModelAlias): boolean {
  return one.sha256 === other.sha256 && one.publishedAt === other.publishedAt;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
