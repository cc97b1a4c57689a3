// What the HTTP side knows of classifying: bytes in, prediction out.
import type { Prediction } from "@feedback-loop/contract";
import type { ModelDescription } from "../model/description";

export interface ClassifyOptions {
  /** Aborted when the caller hangs up. */
  readonly signal?: AbortSignal;
  /** The prediction then has the model's embedding of the photo, if the model gives one. */
  readonly wantsEmbedding?: boolean;
}

export interface Classification {
  readonly prediction: Prediction;
  /** Time a worker spent on decoding and scaling, and on running the model. */
  readonly decodeSeconds: number;
  readonly inferenceSeconds: number;
}

export interface PhotoClassifier {
  /** What the model says about itself. */
  readonly model: ModelDescription;
  /** Hash of the model's file. */
  readonly sha256: string;
  /** Photos that wait for a worker now, and those that workers are at. */
  readonly waiting: number;
  readonly running: number;
  /**
   * `photo` may be moved to a worker thread and empty afterwards. Rejects with ProblemErrors; after a
   * hang-up with CallerGone, at once if the photo still waits, else when its worker is done with it.
   */
  classify(photo: Uint8Array, options?: ClassifyOptions): Promise<Classification>;
  /** Answers what was accepted, then ends the workers. */
  close(): Promise<void>;
}
