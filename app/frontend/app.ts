// Builds the web application from its parts. It doesn't listen, so tests can ask it directly.
import { join } from "node:path";
import cookie from "@fastify/cookie";
import {
  addAssetRoutes,
  createWebApp,
  readRequestsToTheEnd,
  type WebAppOptions,
} from "@feedback-loop/web";
import type { FastifyInstance } from "fastify";
import { createRateLimits, type RateLimits } from "./limits/rate-limits";
import type { Metrics } from "./metrics";
import { problemPage } from "./pages/problem";
import { renderPage } from "./pages/render";
import { FRAMEWORK_PROBLEMS } from "./problems";
import { addFeedbackRoutes, type FeedbackParts } from "./routes/feedback";
import { addHistoryRoutes } from "./routes/history";
import { addOperationsRoutes, type OperationsParts } from "./routes/operations";
import { addPredictionRoutes, type PredictionParts } from "./routes/predictions";
import { addUploadRoutes, type UploadLimits, type UploadParts } from "./routes/upload";
import { refuseCrossSiteRequests } from "./sessions/cross-site";
import { Sessions } from "./sessions/sessions";

export type AppParts = UploadParts &
  PredictionParts &
  FeedbackParts &
  OperationsParts & { metrics: Metrics };

export interface AppOptions extends Pick<WebAppOptions, "logger" | "trustedProxies"> {
  limits: UploadLimits;
  /** At least 32 characters. */
  sessionSecret: string;
  uploadsPerMinute: RateLimits;
}

/** Longest time in which a whole request must have come in; a slow phone takes a while for 10 MiB. */
const REQUEST_SECONDS = 120;

export async function createApp(parts: AppParts, options: AppOptions): Promise<FastifyInstance> {
  const app = createWebApp({
    logger: options.logger,
    trustedProxies: options.trustedProxies,
    requestSeconds: REQUEST_SECONDS,
    problems: {
      page: (problem, retryUrl) => renderPage("problem", problemPage(problem, retryUrl)),
      framework: FRAMEWORK_PROBLEMS,
    },
  });
  readRequestsToTheEnd(app);
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
