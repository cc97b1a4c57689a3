// The errors of fastify and of Node's HTTP server, as problems.
import { STATUS_CODES } from "node:http";
import { type Problem, ProblemError, UNKNOWN_PROBLEM } from "@feedback-loop/contract";
import type { FastifyError } from "fastify";
import { CallerGone } from "../errors";

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
      "Send image/jpeg, image/png or image/webp with the picture's bytes, multipart/form-data with " +
      "the picture as a file, or application/json.",
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
  ECONNRESET: () => new CallerGone().toProblem(), // while sending; Node's error, not fastify's
};

/** Problems by the codes of Node's HTTP parser and server. */
const CLIENT_PROBLEMS: Record<string, Problem> = {
  HPE_HEADER_OVERFLOW: bare(431),
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: "request-timeout",
    message: "The request took too long to arrive.",
    advice: "Send it again; scale the picture down if the connection is slow.",
  },
};

/** What is answered to a request so broken that there is none. */
export function problemOfClient({ code = "" }: NodeJS.ErrnoException): Problem {
  return CLIENT_PROBLEMS[code] ?? bare(400);
}

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
