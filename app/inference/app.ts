// The HTTP side of the service, ready to listen or to be injected into.
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from "fastify";
import type { Serving } from "./model/serving";
import { limitBodies } from "./plugins/body-memory";
import { Metrics } from "./plugins/metrics";
import { acceptPhotoBodies } from "./plugins/photo-bodies";
import { answerProblems, clientErrorHandler, frameworkErrors } from "./plugins/problems";
import { logRequests } from "./plugins/request-log";
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
  readonly revision?: string | undefined;
  readonly logger: FastifyServerOptions["logger"];
}

export function buildApp(options: AppOptions): FastifyInstance {
  const { serving, bodyLimitMiB, bodiesMemoryMiB, revision, logger } = options;
  const app = Fastify({
    logger,
    bodyLimit: Math.floor(bodyLimitMiB * 2 ** 20),
    // Fastify's defaults drop unknown fields in silence and turn 7 into "7".
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: false } },
    requestTimeout: 60_000, // ms for a whole request to arrive: 10 MiB at 1.4 Mbit/s
    return503OnClosing: false, // what still comes in on an open connection is answered, too
    // logRequests writes one line instead of two
    logController: new LogController({ disableRequestLogging: true }),
    clientErrorHandler,
    frameworkErrors,
  }).withTypeProvider<TypeBoxTypeProvider>();

  const metrics = new Metrics(serving);
  app.decorate("serving", serving);
  app.decorate("metrics", metrics);
  acceptPhotoBodies(app);
  answerProblems(app, { bodyMiB: bodyLimitMiB });
  logRequests(app);
  limitBodies(app, { totalBytes: bodiesMemoryMiB * 2 ** 20 });
  metrics.observeRequests(app);
  app.register(predict);
  app.register(health, { revision });
  return app;
}
