// What those who run the service ask of it. Ready means: it can accept photos and keep them safely.
// The stores may be away meanwhile, and the model too; they are told as details.
import type { FastifyInstance } from "fastify";
import type { Inference } from "../inference-client";
import type { Metrics } from "../metrics";
import type { Outbox } from "../saving/outbox";

export interface OperationsParts {
  outbox: Pick<Outbox, "checkWritable" | "state">;
  photos: { ping(): Promise<void> };
  log: { ping(): Promise<void> };
  inference: Pick<Inference, "model">;
  metrics: Pick<Metrics, "registry">;
  /** The code revision, if it is known. */
  revision: string | undefined;
}

/** Shorter than the time that a health check waits for the whole answer. */
const PING_SECONDS = 2;

export function addOperationsRoutes(app: FastifyInstance, parts: OperationsParts): void {
  const { outbox, photos, log, inference, metrics } = parts;
  const quiet = { logLevel: "warn" } as const; // asked every few seconds
  app.get("/livez", quiet, () => ({ alive: true }));
  app.get("/version", quiet, () => ({ service: "frontend", revision: parts.revision ?? null }));
  app.get("/metrics", quiet, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  app.get("/readyz", quiet, async (_request, reply) => {
    const [canWrite, objectStore, database, model] = await Promise.all([
      succeeds(outbox.checkWritable()),
      succeeds(photos.ping()),
      succeeds(log.ping()),
      inference.model(),
    ]);
    const upOrDown = (up: boolean) => (up ? "up" : "down");
    return reply.code(canWrite ? 200 : 503).send({
      ready: canWrite,
      outbox: { writable: canWrite, ...outbox.state() },
      stores: { objectStore: upOrDown(objectStore), database: upOrDown(database) },
      modelVersion: model?.version ?? null,
    });
  });
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PING_SECONDS * 1000);
  });
  const outcome = work.then(
    () => true,
    () => false,
  );
  return Promise.race([outcome, late]).finally(() => clearTimeout(timer));
}
