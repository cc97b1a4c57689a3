// The page of an error: what happened, and what to do.
import type { Problem } from "@feedback-loop/contract";

export interface ProblemPage extends Problem {
  heading: string;
}

export function problemPage(problem: Problem): ProblemPage {
  return { ...problem, heading: headingOf(problem.status) };
}

function headingOf(status: number): string {
  if (status === 404) return "Nothing here";
  if (status === 503) return "Not just now";
  if (status === 507) return "No room left";
  return status < 500 ? "That didn't work" : "Something broke on our side";
}
