// What becomes of events beside a request, in saving and with embeddings: all are counted. An outage
// makes as many as there are photos, so only the first of a series is logged.
import type { EmbeddingOutcome } from "./inference-client";
import type { Metrics } from "./metrics";
import type { SaverEvents } from "./saving/saver";

export interface Log {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** `log`: the log once there is one. */
export function saverEvents(metrics: Metrics, log: () => Log | undefined): SaverEvents {
  let failing = false;
  const succeeded = () => {
    if (failing) log()?.warn({}, "saving works again");
    failing = false;
  };
  return {
    saved() {
      metrics.saved.inc();
      succeeded();
    },
    feedbackSaved(kind) {
      metrics.feedbackSaved.inc({ kind });
      succeeded();
    },
    failed(id, step, error) {
      metrics.saveFailures.inc({ step });
      if (!failing) {
        log()?.warn(
          { id, step, err: error },
          "what was accepted stays in the outbox: saving fails",
        );
      }
      failing = true;
    },
    damaged(id, error) {
      metrics.damaged.inc();
      log()?.error({ id, err: error }, "outbox item is damaged; it is kept as <id>.damaged");
    },
    orphaned({ id, predictionId }) {
      metrics.orphaned.inc();
      log()?.error({ id, predictionId }, "feedback stays in the outbox: its prediction is nowhere");
    },
  };
}

const EMBEDDING_TROUBLES: Partial<Record<EmbeddingOutcome, string>> = {
  refused: "the inference API refuses INTERNAL_TOKEN: predictions are kept without embeddings",
  invalid: "the inference API sends embeddings that can't be used: predictions are kept without",
};

export function embeddingEvents(metrics: Metrics, log: () => Log | undefined) {
  let last: EmbeddingOutcome | undefined;
  return (outcome: EmbeddingOutcome): void => {
    metrics.embeddings.inc({ outcome });
    const trouble = EMBEDDING_TROUBLES[outcome];
    if (trouble !== undefined && outcome !== last) log()?.warn({}, trouble);
    last = outcome;
  };
}
