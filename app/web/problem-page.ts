// The page of an error: what happened, and what to do.
import type { Problem } from "@feedback-loop/contract";

export interface Link {
  text: string;
  url: string;
}

export interface ProblemPage extends Problem {
  heading: string;
  next: Link;
}

/** `home`: the first page, and what one does there. `retryUrl`: what was asked for, if asking again can do no harm. */
export function problemPage(problem: Problem, home: Link, retryUrl = home.url): ProblemPage {
  // What fails now may work later; what is wrong stays wrong.
  const mayWorkLater = problem.status >= 500 || problem.status === 429;
  const next = mayWorkLater ? { text: "Try again", url: retryUrl } : home;
  return { ...problem, heading: headingOf(problem.status), next };
}

function headingOf(status: number): string {
  if (status === 403) return "Not allowed";
  if (status === 404) return "Nothing here";
  if (status === 429) return "One moment, please";
  if (status === 503) return "Not just now";
  if (status === 507) return "No room left";
  return status < 500 ? "That didn't work" : "Something broke on our side";
}
