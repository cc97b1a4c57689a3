// Prometheus metrics of the frontend. A registry of its own for each app, so that tests don't share one.
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { OutboxState } from "./saving/outbox";

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(outbox: { state(): OutboxState }) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addOutboxGauges(registry, outbox);
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `frontend_${name}_total`, help, labelNames, registers: [registry] });
  return {
    registry,
    uploads: counter(
      "uploads",
      "Uploads by outcome: accepted, client-gone, or the code of the problem answered",
      ["outcome"],
    ),
    feedback: counter("feedback", "Feedback accepted, by kind: agree, flag, correction", ["kind"]),
    rateLimited: counter(
      "rate_limited",
      "Requests refused for their number: which kind (upload, feedback, page), counted by session or address",
      ["kind", "by"],
    ),
    embeddings: counter(
      "embeddings",
      "Embeddings in the inference API's answers: given, absent, invalid, or refused (wrong token)",
      ["outcome"],
    ),
    saved: counter("saved", "Photos saved in the object store and the database"),
    feedbackSaved: counter("feedback_saved", "Feedback saved in the database, by kind", ["kind"]),
    saveFailures: counter(
      "save_failures",
      "Tries to save a photo or feedback that failed, by step: outbox, object, row, feedback",
      ["step"],
    ),
    orphaned: counter(
      "feedback_orphaned",
      "Tries to save feedback whose prediction is neither in the database nor in the outbox",
    ),
    damaged: counter("outbox_damaged", "Outbox items that a disk damaged, set aside"),
  };
}

function addOutboxGauges(registry: Registry, outbox: { state(): OutboxState }): void {
  const gauge = (name: string, help: string, value: (state: OutboxState) => number) =>
    new Gauge({
      name: `frontend_outbox_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value(outbox.state()));
      },
    });
  gauge("items", "Accepted photos that wait to be saved", ({ depth }) => depth);
  gauge("bytes", "Bytes that they take", ({ bytes }) => bytes);
  gauge("limit_bytes", "Bytes that they may take", ({ limitBytes }) => limitBytes);
  gauge(
    "feedback_items",
    "Accepted feedback that waits to be saved",
    ({ feedbackDepth }) => feedbackDepth,
  );
  gauge(
    "oldest_age_seconds",
    "Seconds since the oldest photo or feedback that waits was accepted",
    ({ oldestAgeSeconds }) => oldestAgeSeconds,
  );
}
