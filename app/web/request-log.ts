// One line a request. Neither headers (cookies) nor the address with its ids (who has the link sees the
// photo) are in it; what machines ask every few seconds only when someone looks closely.
import type { FastifyInstance } from "fastify";

const QUIET_ROUTES = ["/livez", "/readyz", "/metrics", "/version"];

export function logRequests(app: FastifyInstance): void {
  app.addHook("onResponse", (request, reply, done) => {
    const { method, ip, routeOptions } = request;
    const route = routeOptions.url;
    const isQuiet = QUIET_ROUTES.includes(route ?? "") || (route ?? "").startsWith("/static/");
    request.log[isQuiet ? "debug" : "info"](
      {
        method,
        route,
        status: reply.statusCode,
        ...(reply.problemCode !== "" && { problem: reply.problemCode }),
        milliseconds: Math.round(reply.elapsedTime * 10) / 10,
        address: ip,
      },
      "answered",
    );
    done();
  });
}
