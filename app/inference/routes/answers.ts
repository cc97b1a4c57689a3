// How routes describe their answers, so that the documentation names every one of them.
import { Problem } from "@feedback-loop/contract";
import type { TSchema } from "@sinclair/typebox";

/** The schema with words of its own for this answer. */
export function answer<Schema extends TSchema>(schema: Schema, description: string): Schema {
  return { ...schema, description };
}

/** Problems, each as `code: what it means`. */
export function problem(...causes: readonly string[]): typeof Problem {
  return answer(Problem, causes.join("\n\n"));
}

/** Problems that pass by themselves. */
export function passingProblem(...causes: readonly string[]): typeof Problem {
  return { ...problem(...causes), headers: RETRY_AFTER };
}

/** Documentation of the answer's headers, as @fastify/swagger wants it. */
const RETRY_AFTER = {
  "retry-after": { type: "integer", minimum: 1, description: "Seconds until the next try" },
};

/** What any request can meet, and no route is to blame for. */
export const commonProblems = {
  500: problem("`internal-error`: a defect of the service; its log has the details"),
};
