// The one shape of every error that a service answers with, and the errors that carry it.
import { type Static, Type } from "@sinclair/typebox";

export const Problem = Type.Object({
  status: Type.Integer({ minimum: 400, maximum: 599, description: "HTTP status" }),
  code: Type.String({ description: "Stable name of the cause, for programs" }),
  message: Type.String({ description: "What was given and what is allowed, for people" }),
  advice: Type.Optional(Type.String({ description: "What to do about it" })),
});
export type Problem = Static<typeof Problem>;

/**
 * Base of all errors that a caller may see; one subclass a cause sets `status` and `code`.
 * Everything else that is thrown is a defect and is answered by `UNKNOWN_PROBLEM`.
 */
export abstract class ProblemError extends Error {
  abstract readonly status: number;
  abstract readonly code: string;
  /** Seconds after which trying again makes sense: the header Retry-After. */
  readonly retryAfterSeconds?: number;

  constructor(
    message: string,
    readonly advice?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }

  toProblem(): Problem {
    const { status, code, message, advice } = this;
    return advice === undefined ? { status, code, message } : { status, code, message, advice };
  }
}

/** The answer to a defect of ours: nothing about its inside leaves the service, the log has it. */
export const UNKNOWN_PROBLEM: Problem = {
  status: 500,
  code: "internal-error",
  message: "The service failed to answer this request; the failure is logged.",
  advice: "Try again; if it fails again, tell those who run the service when it happened.",
};
