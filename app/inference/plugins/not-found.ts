// Requests for what isn't there, answered before their bodies are read.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { MethodNotAllowed, NotFound } from "../errors";

/** Must be called before routes are registered: it keeps count of them. */
export function answerNotFound(app: FastifyInstance): void {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const methods = methodsOf.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    methodsOf.set(url, methods);
  });

  function refuse(request: FastifyRequest, reply: FastifyReply): never {
    const { method } = request;
    const path = request.url.split("?")[0] ?? "";
    const allowed = [...(methodsOf.get(path) ?? [])].sort();
    if (allowed.length === 0) throw new NotFound(`${method} ${path}`);
    reply.header("allow", allowed.join(", "));
    throw new MethodNotAllowed(`${method} ${path}`, allowed);
  }

  app.addHook("onRequest", (request, reply, done) => {
    if (request.is404) refuse(request, reply);
    done();
  });
  app.setNotFoundHandler(refuse); // for files below /docs, whose route is there
}
