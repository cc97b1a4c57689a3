// Every error of a request ends here, once: a page for people or JSON for programs, of one shape.
import { type Problem, ProblemError, UNKNOWN_PROBLEM } from "@feedback-loop/contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { problemPage } from "./pages/problem";
import { renderPage } from "./pages/render";
import { NotFound } from "./problems";

export function handleErrors(app: FastifyInstance): void {
  app.setNotFoundHandler(() => {
    throw new NotFound("page");
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) request.log.error({ err: error }, problem.code);
    if (error instanceof ProblemError && error.retryAfterSeconds !== undefined) {
      reply.header("retry-after", error.retryAfterSeconds);
    }
    return sendProblem(request, reply, problem);
  });
}

/** What may be told of an error: nothing about the inside of this service. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.toProblem();
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return UNKNOWN_PROBLEM;
  return {
    status: statusCode,
    code: statusCode === 415 ? "wrong-content-type" : "bad-request",
    message: "The request can't be understood.",
    advice: "Use the form, or send a multipart form with one picture in the field `photo`.",
  };
}

/** Whether the client is a program: it asks for JSON and not for a page. */
export function wantsJson({ headers }: FastifyRequest): boolean {
  const accept = headers.accept ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem) {
  reply.code(problem.status).header("cache-control", "no-store");
  reply.problemCode = problem.code;
  if (wantsJson(request)) return reply.send(problem);
  return reply.type("text/html; charset=utf-8").send(renderPage("problem", problemPage(problem)));
}

declare module "fastify" {
  interface FastifyReply {
    /** Code of the problem that is answered; empty if there is none. */
    problemCode: string;
  }
}
