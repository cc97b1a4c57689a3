// The page of an error: what happened, and what to do.
import type { Problem } from "@feedback-loop/contract";
import { links } from "../links";

export interface ProblemPage extends Problem {
  heading: string;
  /** The way on. */
  next: { url: string; text: string };
}

const HEADINGS: Record<number, string> = {
  403: "That isn't allowed",
  404: "Nothing here",
  429: "A little slower, please",
  503: "Not just now",
  507: "No room left",
};

/** `retryUrl`: the page that was asked for, if asking for it once more can help and harms nothing. */
export function problemPage(problem: Problem, retryUrl?: string): ProblemPage {
  const { status } = problem;
  const passes = status >= 500 || status === 429;
  return {
    ...problem,
    heading: HEADINGS[status] ?? (status < 500 ? "That didn't work" : "Something broke on our side"),
    next: passes
      ? { url: retryUrl ?? links.home, text: "Try again" }
      : { url: links.home, text: "Send a photo" },
  };
}
