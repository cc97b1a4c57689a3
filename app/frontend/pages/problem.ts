// The page of an error: what happened, and what to do.
import type { Problem } from "@feedback-loop/contract";
import { links } from "../links";

export interface ProblemPage extends Problem {
  heading: string;
  next: { text: string; url: string };
}

/** `retryUrl`: what was asked for, if asking again can do no harm. */
export function problemPage(problem: Problem, retryUrl?: string): ProblemPage {
  return { ...problem, heading: headingOf(problem.status), next: nextStep(problem, retryUrl) };
}

function headingOf(status: number): string {
  if (status === 403) return "Not allowed";
  if (status === 404) return "Nothing here";
  if (status === 429) return "One moment, please";
  if (status === 503) return "Not just now";
  if (status === 507) return "No room left";
  return status < 500 ? "That didn't work" : "Something broke on our side";
}

/** What fails now may work later; what is wrong stays wrong. */
function nextStep({ status }: Problem, retryUrl = links.home): ProblemPage["next"] {
  if (status >= 500 || status === 429) return { text: "Try again", url: retryUrl };
  return { text: "Send a photo", url: links.home };
}
