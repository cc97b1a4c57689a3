// The HTTP side of the service, ready to listen or to be injected into.
import { randomUUID } from "node:crypto";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { readRequestsToTheEnd } from "@feedback-loop/web/read-to-the-end";
import Fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from "fastify";
import type { Serving } from "./model/serving";
import { limitBodies } from "./plugins/body-memory";
import { closeInTime } from "./plugins/closing";
import { acceptJsonBodies } from "./plugins/json-bodies";
import { Metrics } from "./plugins/metrics";
import { answerNotFound } from "./plugins/not-found";
import { describeApi } from "./plugins/openapi";
import { acceptPhotoBodies } from "./plugins/photo-bodies";
import { answerProblems, clientErrorHandler, frameworkErrors } from "./plugins/problems";
import { logRequests } from "./plugins/request-log";
import { addResponseHeaders } from "./plugins/response-headers";
import { timeLimits } from "./plugins/time-limits";
import { health } from "./routes/health";
import { predict } from "./routes/predict";

declare module "fastify" {
  interface FastifyInstance {
    readonly serving: Serving;
    readonly metrics: Metrics;
  }
}

export interface AppOptions {
  readonly serving: Serving;
  readonly bodyLimitMiB: number;
  readonly bodiesMemoryMiB: number;
  /** For a whole request to arrive. */
  readonly requestTimeoutSeconds: number;
  /** Once the app is closing: for what was accepted to be answered. */
  readonly closeWithinSeconds: number;
  /** By which our own services prove themselves; undefined: nobody can. */
  readonly internalToken?: string | undefined;
  readonly revision?: string | undefined;
  readonly logger: FastifyServerOptions["logger"];
}

export function buildApp(options: AppOptions): FastifyInstance {
  const { serving, bodyLimitMiB, internalToken, revision, logger } = options;
  const app = Fastify({
    logger,
    genReqId: () => randomUUID(),
    bodyLimit: Math.floor(bodyLimitMiB * 2 ** 20),
    // Fastify's defaults drop unknown fields in silence and turn 7 into "7".
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: false } },
    ...timeLimits(options.requestTimeoutSeconds),
    return503OnClosing: false, // what still comes in on an open connection is answered, too
    // logRequests writes one line instead of two
    logController: new LogController({ disableRequestLogging: true }),
    clientErrorHandler,
    frameworkErrors,
  }).withTypeProvider<TypeBoxTypeProvider>();

  const metrics = new Metrics(serving);
  app.decorate("serving", serving);
  app.decorate("metrics", metrics);
  closeInTime(app, options.closeWithinSeconds);
  answerProblems(app, { bodyMiB: bodyLimitMiB });
  logRequests(app);
  metrics.observeRequests(app);
  // In the order in which a request meets them.
  addResponseHeaders(app);
  // Who may not come in, or not now, isn't made to send a photo in vain.
  readRequestsToTheEnd(app, { but: [401, 503] });
  answerNotFound(app);
  acceptJsonBodies(app);
  acceptPhotoBodies(app);
  limitBodies(app, { totalBytes: options.bodiesMemoryMiB * 2 ** 20 });
  describeApi(app, { bodyLimitMiB });
  app.register(predict, { internalToken });
  app.register(health, { revision });
  return app;
}
