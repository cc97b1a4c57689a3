// Every error of a request ends here, once: a page for people or JSON for programs, of one shape.
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type Problem, ProblemError, UNKNOWN_PROBLEM } from "@feedback-loop/contract";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SECURITY_HEADERS } from "./security-headers";

/** What an application says of problems in its own words. */
export interface ProblemWords {
  /** The page of a problem. `retryUrl`: what was asked for, if asking again can do no harm. */
  page(problem: Problem, retryUrl?: string): string;
  /** What the framework's own errors mean here, by code (fastify, docs/Reference/Errors.md). */
  framework: Record<string, Problem>;
}

export class NotFound extends ProblemError {
  override readonly status = 404;
  override readonly code = "not-found";

  constructor(what: string) {
    super(`There is no ${what} at this address.`, "Check the address, or begin at the first page.");
  }
}

export class ProblemAnswers {
  constructor(private readonly words: ProblemWords) {}

  handleErrors(app: FastifyInstance): void {
    app.decorateReply("problemCode", "");
    app.addHook("onRequest", (request, _reply, done) => {
      // Here and not in the handler: before the body of a request that leads nowhere is read.
      done(request.is404 ? notFound(request) : undefined);
    });
    app.setErrorHandler<FastifyError>((error, request, reply) => {
      const problem = this.problemOf(error);
      // A store or the model that is away is news, not a defect.
      if (problem === UNKNOWN_PROBLEM) request.log.error({ err: error }, "request failed");
      else if (problem.status >= 500) request.log.warn({ err: error }, problem.code);
      if (error instanceof ProblemError && error.retryAfterSeconds !== undefined) {
        reply.header("retry-after", error.retryAfterSeconds);
      }
      return this.send(request, reply, problem);
    });
  }

  /** For addresses so broken that no route is looked for, and no hook runs. */
  sendWithoutHooks(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    void this.send(request, reply.headers(SECURITY_HEADERS), this.problemOf(error));
  }

  /** What may be told of an error: nothing about the inside of this service. */
  private problemOf(error: FastifyError | ProblemError): Problem {
    if (error instanceof ProblemError) return error.toProblem();
    const known = this.words.framework[error.code];
    if (known !== undefined) return known;
    const { statusCode: status } = error;
    if (status === undefined || status < 400 || status >= 500) return UNKNOWN_PROBLEM;
    return {
      ...BAD_REQUEST,
      status,
      code: codeOf(status),
      advice: "Use the page's links and forms.",
    };
  }

  private send(request: FastifyRequest, reply: FastifyReply, problem: Problem) {
    reply.code(problem.status).header("cache-control", "no-store");
    reply.problemCode = problem.code;
    if (wantsJson(request)) return reply.send(problem);
    const page = this.words.page(problem, retryUrlOf(request));
    return reply.type("text/html; charset=utf-8").send(page);
  }
}

/** For requests so broken that there is no request: the answer is written by hand. */
export function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const status = CLIENT_ERRORS[error.code ?? ""] ?? 400;
  const body = JSON.stringify({ ...BAD_REQUEST, status, code: codeOf(status) });
  const headers = {
    ...SECURITY_HEADERS,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}

/** Statuses of what Node's HTTP parser and server complain about. */
const CLIENT_ERRORS: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const BAD_REQUEST = {
  status: 400,
  code: "bad-request",
  message: "The request can't be understood.",
};

/** Such as "bad-request" for 400. */
function codeOf(status: number): string {
  return (STATUS_CODES[status] ?? BAD_REQUEST.code).toLowerCase().replaceAll(" ", "-");
}

/** Whether the client is a program: it asks for JSON and not for a page. */
export function wantsJson({ headers }: FastifyRequest): boolean {
  const accept = headers.accept ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

/** Where "try again" leads: a page to itself. Never out of this site, which `//host` would do. */
function retryUrlOf({ method, url }: FastifyRequest): string | undefined {
  return method === "GET" && /^\/(?!\/)/.test(url) ? url : undefined;
}

function notFound({ method }: FastifyRequest): NotFound {
  const isReading = method === "GET" || method === "HEAD";
  return new NotFound(isReading ? "page" : `page that takes ${method}`);
}

declare module "fastify" {
  interface FastifyReply {
    /** Code of the problem that is answered; empty if there is none. */
    problemCode: string;
  }
}
