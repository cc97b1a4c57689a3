// The page of an error.
import type { Problem } from "@feedback-loop/contract";
import { problemPage as pageOf, type ProblemPage } from "@feedback-loop/web";
import { links } from "../links";

export const problemPage = (problem: Problem, retryUrl?: string): ProblemPage =>
  pageOf(problem, { text: "Send a photo", url: links.home }, retryUrl);
