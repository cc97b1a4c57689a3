// One line a request, without its body; probes and scrapes only when someone looks closely.
import type { FastifyInstance } from "fastify";

const QUIET_ROUTES = new Set(["/livez", "/readyz", "/metrics"]);

export function logRequests(app: FastifyInstance): void {
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url;
    const level = route !== undefined && QUIET_ROUTES.has(route) ? "debug" : "info";
    request.log[level](
      { method: request.method, route, status: reply.statusCode, milliseconds: reply.elapsedTime },
      "answered",
    );
    done();
  });
}
