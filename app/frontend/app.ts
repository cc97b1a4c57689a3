// Builds the web application from its parts. It doesn't listen, so tests can ask it directly.
import { join } from "node:path";
import multipart from "@fastify/multipart";
import { fastify, type FastifyInstance } from "fastify";
import { handleErrors } from "./error-handler";
import { addAssetRoutes } from "./routes/assets";
import { type OperationsParts, addOperationsRoutes } from "./routes/operations";
import { type PredictionParts, addPredictionRoutes } from "./routes/predictions";
import { type UploadLimits, type UploadParts, addUploadRoutes } from "./routes/upload";
import { addSecurityHeaders } from "./security-headers";

export type AppParts = UploadParts & PredictionParts & OperationsParts;

export interface AppOptions {
  logLevel: string;
  limits: UploadLimits;
}

/** Longest time in which a whole request must have come in; a slow phone takes a while for 10 MiB. */
const REQUEST_SECONDS = 120;

export async function createApp(parts: AppParts, options: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: { level: options.logLevel },
    requestTimeout: REQUEST_SECONDS * 1000,
    // A browser's open connections would otherwise hold up the end of the service.
    forceCloseConnections: "idle",
  });
  app.decorateReply("problemCode", "");
  addSecurityHeaders(app);
  handleErrors(app);
  await app.register(multipart);
  addUploadRoutes(app, parts, options.limits);
  addPredictionRoutes(app, parts);
  addOperationsRoutes(app, parts);
  addAssetRoutes(app, join(__dirname, "static"));
  return app;
}
