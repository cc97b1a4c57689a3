// Headers that every answer has.
import type { FastifyInstance } from "fastify";

export function addResponseHeaders(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id); // what the log calls it: `reqId`
    reply.header("x-content-type-options", "nosniff");
    done();
  });
}
