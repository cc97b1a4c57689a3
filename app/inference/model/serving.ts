// The model that answers now, or why there is none yet. A start with the store down uses the cache.
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import type { PhotoClassifier } from "../classifier/photo-classifier";
import { NoModel } from "../errors";
import { type Candidate, lastGoodModel, type ModelSource, publishedModel } from "./candidates";
import type { ModelFile } from "./model-file";

export interface ServingOptions {
  readonly source: ModelSource;
  /** Starts worker threads for a model. Throws ModelRefused if it fails its self-test. */
  readonly startClassifier: (file: ModelFile, log: FastifyBaseLogger) => Promise<PhotoClassifier>;
  readonly retrySeconds: number;
}

export class Serving {
  private classifier: PhotoClassifier | undefined;
  private reason = "it is being loaded.";
  private readonly closing = new AbortController();

  constructor(private readonly options: ServingOptions) {}

  /** The classifier that answers now. Throws NoModel. */
  current(): PhotoClassifier {
    if (this.classifier === undefined) throw new NoModel(this.reason, this.retryAfterSeconds());
    return this.classifier;
  }

  /** As `current`, for those who only look. */
  currentOrNone(): PhotoClassifier | undefined {
    return this.classifier;
  }

  /** Tries until a model answers or this is closed. */
  async load(log: FastifyBaseLogger): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const classifier = await this.tryAll(log);
      if (signal.aborted) return classifier?.close();
      this.classifier = classifier;
      if (classifier !== undefined) return;
      await delay(this.options.retrySeconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Answers what was accepted, then ends the workers. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.classifier?.close();
  }

  private async tryAll(log: FastifyBaseLogger): Promise<PhotoClassifier | undefined> {
    const failures: string[] = [];
    for (const find of [publishedModel, lastGoodModel]) {
      try {
        const classifier = await this.take(await find(this.options.source), log);
        if (failures.length > 0) log.warn({ failures }, "the model of the last start answers");
        return classifier;
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
        log.debug({ err: error, source: find.name }, "no model from this source");
      }
    }
    this.note(`${failures.join("; ")}.`, log);
    return undefined;
  }

  /** Keeps the reason for callers; the log gets it once and not at every try. */
  private note(reason: string, log: FastifyBaseLogger): void {
    const { retrySeconds } = this.options;
    if (reason !== this.reason) log.warn({ reason, retrySeconds }, "no model yet, trying again");
    this.reason = reason;
  }

  private async take({ alias, file }: Candidate, log: FastifyBaseLogger): Promise<PhotoClassifier> {
    const { source, startClassifier } = this.options;
    const classifier = await startClassifier(file, log);
    await source.cache.keepAlias(source.aliasName, alias).catch((error: unknown) => {
      log.warn({ err: error }, "the next start can't fall back on this model");
    });
    log.info({ modelVersion: file.description.version, sha256: alias.sha256 }, "model loaded");
    return classifier;
  }

  private retryAfterSeconds(): number {
    return Math.max(1, Math.ceil(this.options.retrySeconds));
  }
}
