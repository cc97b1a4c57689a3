// How every web application of the project begins: what it believes of a request, the headers of its
// answers, its log and its errors. What it serves comes after that, in its own `createApp`.
import { randomUUID } from "node:crypto";
import { fastify, type FastifyInstance, type FastifyServerOptions, LogController } from "fastify";
import { clientErrorHandler, ProblemAnswers, type ProblemWords } from "./problem-answers";
import { logRequests } from "./request-log";
import { addSecurityHeaders } from "./security-headers";
import { TrustedProxies } from "./trusted-proxies";

export interface WebAppOptions {
  logger: FastifyServerOptions["logger"];
  /** Addresses, networks and host names whose X-Forwarded-* headers are believed. */
  trustedProxies: readonly string[];
  /** Longest time in which a whole request must have come in. */
  requestSeconds: number;
  problems: ProblemWords;
}

export function createWebApp(options: WebAppOptions): FastifyInstance {
  const proxies = new TrustedProxies(options.trustedProxies);
  const answers = new ProblemAnswers(options.problems);
  const app = fastify({
    logger: options.logger,
    logController: new LogController({ disableRequestLogging: true }), // logRequests writes one line
    genReqId: () => randomUUID(),
    requestTimeout: options.requestSeconds * 1000,
    trustProxy: options.trustedProxies.length > 0 && ((address) => proxies.trusts(address)),
    // A browser's open connections would otherwise hold up the end of the service.
    forceCloseConnections: "idle",
    clientErrorHandler,
    frameworkErrors: (error, request, reply) => answers.sendWithoutHooks(error, request, reply),
  });
  addSecurityHeaders(app);
  // Before anything asks for the client's address.
  app.addHook("onRequest", (request) => proxies.getReadyFor(request.raw));
  logRequests(app);
  answers.handleErrors(app);
  return app;
}
