// Builds the web application from its parts. It doesn't listen, so tests can ask it directly.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import cookie from "@fastify/cookie";
import { fastify, type FastifyInstance, type FastifyServerOptions, LogController } from "fastify";
import { clientErrorHandler, frameworkErrors, handleErrors } from "./error-handler";
import { createRateLimits, type RateLimits } from "./limits/rate-limits";
import type { Metrics } from "./metrics";
import { logRequests } from "./request-log";
import { addAssetRoutes } from "./routes/assets";
import { addFeedbackRoutes, type FeedbackParts } from "./routes/feedback";
import { addHistoryRoutes } from "./routes/history";
import { addOperationsRoutes, type OperationsParts } from "./routes/operations";
import { addPredictionRoutes, type PredictionParts } from "./routes/predictions";
import { addUploadRoutes, type UploadLimits, type UploadParts } from "./routes/upload";
import { addSecurityHeaders } from "./security-headers";
import { refuseCrossSiteRequests } from "./sessions/cross-site";
import { Sessions } from "./sessions/sessions";

export type AppParts = UploadParts &
  PredictionParts &
  FeedbackParts &
  OperationsParts & { metrics: Metrics };

export interface AppOptions {
  logger: FastifyServerOptions["logger"];
  limits: UploadLimits;
  /** At least 32 characters. */
  sessionSecret: string;
  uploadsPerMinute: RateLimits;
  /** Addresses and networks whose X-Forwarded-* headers are believed. */
  trustedProxies: string[];
}

/** Longest time in which a whole request must have come in; a slow phone takes a while for 10 MiB. */
const REQUEST_SECONDS = 120;

export async function createApp(parts: AppParts, options: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: options.logger,
    logController: new LogController({ disableRequestLogging: true }), // logRequests writes one line
    genReqId: () => randomUUID(),
    requestTimeout: REQUEST_SECONDS * 1000,
    trustProxy: options.trustedProxies.length > 0 && options.trustedProxies,
    // A browser's open connections would otherwise hold up the end of the service.
    forceCloseConnections: "idle",
    clientErrorHandler,
    frameworkErrors,
  });
  addSecurityHeaders(app);
  logRequests(app);
  handleErrors(app);
  refuseCrossSiteRequests(app);
  await app.register(cookie);
  const sessions = new Sessions(options.sessionSecret);
  const { metrics } = parts;
  const rateLimits = await createRateLimits(app, options.uploadsPerMinute, { sessions, metrics });
  const guards = { sessions, rateLimits };
  // Scopes of their own: they understand other bodies than the rest.
  await app.register((scope) =>
    addUploadRoutes(scope, parts, { ...guards, limits: options.limits }),
  );
  await app.register((scope) => addFeedbackRoutes(scope, parts, guards));
  addPredictionRoutes(app, parts, guards);
  addHistoryRoutes(app, parts, guards);
  addOperationsRoutes(app, parts);
  addAssetRoutes(app, join(__dirname, "static"));
  return app;
}
