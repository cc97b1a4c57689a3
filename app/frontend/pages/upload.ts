// The first page: choose a photo and send it, or try a drawn one.
import type { ModelFacts } from "@feedback-loop/contract";
import { PhotoTooLarge } from "../problems";
import type { Sample } from "./samples";

export interface UploadPage {
  /** The model that would answer; undefined while that isn't known. */
  model: ModelFacts | undefined;
  /** Largest photo that is accepted. */
  limitMiB: number;
  /** What the service says of a larger one, for the page to say it before sending. */
  tooLarge: string;
  samples: { name: string; title: string; url: string }[];
  /** Whether this browser has sent photos before. */
  hasHistory: boolean;
}

export function uploadPage(context: {
  model: ModelFacts | undefined;
  limitMiB: number;
  samples: readonly Sample[];
  hasSession: boolean;
}): UploadPage {
  const { model, limitMiB, samples, hasSession } = context;
  const { message, advice } = new PhotoTooLarge(limitMiB);
  return {
    model,
    limitMiB,
    tooLarge: `${message} ${advice}`,
    samples: samples.map(({ name, title, file }) => ({
      name,
      title,
      url: `/static/samples/${file}`,
    })),
    hasHistory: hasSession,
  };
}
