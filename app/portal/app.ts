// Builds the web application from its parts. It doesn't listen, so tests can ask it directly.
import { join } from "node:path";
import { addAssetRoutes, createWebApp, problemPage, type WebAppOptions } from "@feedback-loop/web";
import type { FastifyInstance } from "fastify";
import { renderPage } from "./pages/render";
import { addOperationsRoutes, type OperationsParts } from "./routes/operations";
import { addPortalRoutes, type PortalParts } from "./routes/portal";

/** Longest time in which a whole request must have come in; none has a body that is read. */
const REQUEST_SECONDS = 20;
const home = { text: "See what is running", url: "/" };

export function createApp(
  parts: PortalParts & OperationsParts,
  options: Pick<WebAppOptions, "logger" | "trustedProxies">,
): FastifyInstance {
  const app = createWebApp({
    ...options,
    requestSeconds: REQUEST_SECONDS,
    problems: {
      page: (problem, retryUrl) => renderPage("problem", problemPage(problem, home, retryUrl)),
      framework: {},
    },
  });
  addPortalRoutes(app, parts);
  addOperationsRoutes(app, parts);
  addAssetRoutes(app, join(__dirname, "static"));
  return app;
}
