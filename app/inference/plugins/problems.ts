// Every error becomes a Problem: our own carry theirs, the framework's are translated by their code,
// and anything else is a defect, of which the caller learns nothing and the log everything.
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type Problem, ProblemError, UNKNOWN_PROBLEM } from "@feedback-loop/contract";
import { UnreadablePhoto } from "../errors";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { levelFor } from "./request-log";

export function answerProblems(app: FastifyInstance, limits: { bodyMiB: number }): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = problemOf(error, limits);
    if (problem === UNKNOWN_PROBLEM) {
      request.log.error({ err: error }, "request failed");
    } else {
      const facts = { code: problem.code, reason: reasonOf(error) };
      request.log[levelFor(request)](facts, "request refused");
    }
    return answer(reply, problem, error);
  });
  app.setNotFoundHandler((request, reply) => answer(reply, notFound(request)));
}

/** For URLs so broken that no route is looked for. */
export function frameworkErrors(error: FastifyError, _: FastifyRequest, reply: FastifyReply): void {
  void answer(reply, problemOf(error, { bodyMiB: 0 }), error);
}

/** For requests so broken that there is no request: the answer is written by hand. */
export function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const problem = CLIENT_PROBLEMS[error.code ?? ""] ?? bare(400);
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** What is answered to an error. */
export function problemOf(
  error: FastifyError | ProblemError,
  limits: { bodyMiB: number },
): Problem {
  if (error instanceof ProblemError) return error.toProblem();
  if (error.validation !== undefined) return invalidBody(error);
  const translated = FRAMEWORK_PROBLEMS[error.code]?.(limits);
  if (translated !== undefined) return translated;
  const status = error.statusCode ?? 500;
  return status >= 400 && status < 500 ? bare(status) : UNKNOWN_PROBLEM;
}

/** For the log; what the decoder said is more than what the caller is told. */
function reasonOf(error: Error): string {
  return error instanceof UnreadablePhoto ? error.detail : error.message;
}

async function answer(reply: FastifyReply, problem: Problem, error?: unknown): Promise<void> {
  const retryAfter = error instanceof ProblemError ? error.retryAfterSeconds : undefined;
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  await reply.status(problem.status).send(problem);
}

/** Problems by fastify's error codes (fastify docs/Reference/Errors.md). */
const FRAMEWORK_PROBLEMS: Record<string, (limits: { bodyMiB: number }) => Problem> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ({ bodyMiB }) => ({
    status: 413,
    code: "body-too-large",
    message: `The body is larger than ${bodyMiB} MiB.`,
    advice: "Scale the picture down, and send its bytes as they are: base64 adds a third.",
  }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => ({
    status: 415,
    code: "wrong-content-type",
    message: "The header Content-Type names no type that is taken here.",
    advice:
      "Send image/jpeg, image/png or image/webp with the picture's bytes, or application/json.",
  }),
  FST_ERR_CTP_INVALID_JSON_BODY: () => ({
    status: 400,
    code: "not-json",
    message: "The body is not JSON, though the header Content-Type says so.",
    advice: 'Send {"image": "<base64>"}, or the picture\'s bytes with its own type.',
  }),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => ({
    status: 400,
    code: "no-photo",
    message: "The body is empty.",
    advice: 'Send {"image": "<base64>"}.',
  }),
};

/** Problems by the codes of Node's HTTP parser and server. */
const CLIENT_PROBLEMS: Record<string, Problem> = {
  HPE_HEADER_OVERFLOW: bare(431),
  ERR_HTTP_REQUEST_TIMEOUT: bare(408),
};

function bare(status: number): Problem {
  const message = STATUS_CODES[status] ?? "Bad Request";
  return { status, code: message.toLowerCase().replaceAll(" ", "-"), message: `${message}.` };
}

function invalidBody({ validation = [] }: FastifyError): Problem {
  const complaints = validation.map(({ instancePath, message, params }) => {
    const extra = params.additionalProperty;
    if (typeof extra === "string") return `it has the unknown field "${extra}"`;
    const place = instancePath === "" ? "it" : `field "${instancePath.slice(1)}"`;
    return `${place} ${message ?? "is wrong"}`;
  });
  return {
    status: 400,
    code: "invalid-body",
    message: `The body is not as it should be: ${complaints.join("; ")}.`,
    advice: 'Send {"image": "<base64>"} and nothing else.',
  };
}

function notFound({ method, url }: FastifyRequest): Problem {
  return {
    status: 404,
    code: "not-found",
    message: `There is nothing at ${method} ${url.split("?")[0]}.`,
    advice: "POST /predict classifies a photo; GET /readyz says whether the service is ready.",
  };
}
