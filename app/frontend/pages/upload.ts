// The first page: choose a photo and send it.
import type { ModelFacts } from "@feedback-loop/contract";

export interface UploadPage {
  /** The model that would answer; undefined while that isn't known. */
  model: ModelFacts | undefined;
  /** Largest photo that is accepted. */
  limitMiB: number;
}

export const uploadPage = (facts: UploadPage): UploadPage => facts;
