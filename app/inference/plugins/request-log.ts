// One line a request, without its body; probes and scrapes only when someone looks closely.
import type { FastifyInstance, FastifyRequest } from "fastify";

const QUIET_ROUTES = new Set(["/livez", "/readyz", "/metrics"]);

/** The level at which an expected answer to this request is logged. */
export function levelFor({ routeOptions }: FastifyRequest): "debug" | "info" {
  return routeOptions.url !== undefined && QUIET_ROUTES.has(routeOptions.url) ? "debug" : "info";
}

export function logRequests(app: FastifyInstance): void {
  app.addHook("onResponse", (request, reply, done) => {
    const { method, routeOptions } = request;
    const milliseconds = reply.elapsedTime;
    const facts = { method, route: routeOptions.url, status: reply.statusCode, milliseconds };
    request.log[levelFor(request)](facts, "answered");
    done();
  });
}
