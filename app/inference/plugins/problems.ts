// Every error becomes a Problem: our own carry theirs, the framework's are translated, and anything
// else is a defect, of which the caller learns nothing and the log everything.
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type Problem, ProblemError } from "@feedback-loop/contract";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { UnreadablePhoto } from "../errors";
import { problemOf, problemOfClient } from "./framework-problems";
import { levelFor } from "./request-log";

export function answerProblems(app: FastifyInstance, limits: { bodyMiB: number }): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = problemOf(error, limits);
    if (problem.status >= 500 && !isExpected(error)) {
      request.log.error({ err: error }, "request failed");
    } else {
      const facts = { code: problem.code, reason: reasonOf(error) };
      request.log[levelFor(request)](facts, "request refused");
    }
    return answer(reply, problem, error);
  });
}

/** For URLs so broken that no route is looked for. */
export function frameworkErrors(error: FastifyError, _: FastifyRequest, reply: FastifyReply): void {
  void answer(reply, problemOf(error, { bodyMiB: 0 }), error);
}

/**
 * For requests so broken that there is no request, or that don't arrive in time: the answer is written
 * by hand. What still comes in is not waited for.
 */
export function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const problem = problemOfClient(error);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "X-Content-Type-Options: nosniff",
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

/** Being full or without a model is no failure. */
function isExpected(error: Error): boolean {
  return error instanceof ProblemError && error.status !== 500;
}

/** For the log; what the decoder said is more than what the caller is told. */
function reasonOf(error: Error): string {
  return error instanceof UnreadablePhoto ? error.detail : error.message;
}

async function answer(reply: FastifyReply, problem: Problem, error?: unknown): Promise<void> {
  const retryAfter = error instanceof ProblemError ? error.retryAfterSeconds : undefined;
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  // Fastify closes the connection after a refused body. A caller who is still sending then gets an error
  // of his socket instead of the answer; so what comes is thrown away, within the time for a request.
  reply.removeHeader("connection");
  await reply.status(problem.status).send(problem);
}
