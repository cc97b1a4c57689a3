// The first page: choose a photo and send it.
import type { ModelFacts, Problem } from "@feedback-loop/contract";
import { PhotoTooLarge } from "../problems";
import type { Sample } from "./samples";

export interface UploadFacts {
  /** The model that would answer; undefined while that isn't known. */
  model: ModelFacts | undefined;
  /** Largest photo that is accepted. */
  limitMiB: number;
  /** Pictures for a first try. */
  samples: readonly Sample[];
  /** Whether there may be photos in the history. */
  hasSession: boolean;
}

export interface UploadPage extends UploadFacts {
  limitBytes: number;
  /** What the server says of a photo beyond the limit; the script says it before sending one. */
  tooLarge: Problem;
}

export const uploadPage = (facts: UploadFacts): UploadPage => ({
  ...facts,
  limitBytes: facts.limitMiB * 2 ** 20,
  tooLarge: new PhotoTooLarge(facts.limitMiB).toProblem(),
});
