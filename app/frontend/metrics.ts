// Prometheus metrics of the frontend. A registry of its own for each app, so that tests don't share one.
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { OutboxState } from "./saving/outbox";

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(outbox: { state(): OutboxState }) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, value: (state: OutboxState) => number) =>
    new Gauge({
      name: `frontend_outbox_${name}`,
      help,
      registers,
      collect() {
        this.set(value(outbox.state()));
      },
    });
  gauge("items", "Accepted photos that wait to be saved", ({ depth }) => depth);
  gauge("bytes", "Bytes that they take", ({ bytes }) => bytes);
  gauge("limit_bytes", "Bytes that they may take", ({ limitBytes }) => limitBytes);
  gauge(
    "oldest_age_seconds",
    "Seconds since the oldest of them was accepted",
    ({ oldestAgeSeconds }) => oldestAgeSeconds,
  );
  return {
    registry,
    uploads: new Counter({
      name: "frontend_uploads_total",
      help: "Uploads by outcome: accepted, or the code of the problem",
      labelNames: ["outcome"],
      registers,
    }),
    saved: new Counter({
      name: "frontend_saved_total",
      help: "Photos saved in the object store and the database",
      registers,
    }),
    saveFailures: new Counter({
      name: "frontend_save_failures_total",
      help: "Tries to save a photo that failed, by step: outbox, object, row",
      labelNames: ["step"],
      registers,
    }),
    damaged: new Counter({
      name: "frontend_outbox_damaged_total",
      help: "Outbox items that a disk damaged, set aside",
      registers,
    }),
  };
}
