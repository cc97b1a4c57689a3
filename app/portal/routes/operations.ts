// What those who run the service ask of it. Ready means: what it says of the others is fresh.
import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import type { Watch } from "../probing/watch";

export interface OperationsParts {
  watch: Pick<Watch, "isAwake">;
  metrics: Registry;
  /** What is known is fresh for so long. */
  freshSeconds: number;
  /** The code revision, if it is known. */
  revision: string | undefined;
}

export function addOperationsRoutes(app: FastifyInstance, parts: OperationsParts): void {
  const quiet = { logLevel: "warn" } as const; // asked every few seconds
  app.get("/livez", quiet, () => ({ alive: true }));
  app.get("/version", quiet, () => ({ service: "portal", revision: parts.revision ?? null }));
  app.get("/readyz", quiet, (_request, reply) => {
    const ready = parts.watch.isAwake(new Date(), parts.freshSeconds);
    return reply.code(ready ? 200 : 503).send({ ready });
  });
  app.get("/metrics", quiet, async (_request, reply) =>
    reply.type(parts.metrics.contentType).send(await parts.metrics.metrics()),
  );
}
