// What the HTTP side knows of classifying: bytes in, prediction out.
import type { Prediction } from "@feedback-loop/contract";
import type { ModelDescription } from "../model/description";

export interface Classification {
  readonly prediction: Prediction;
  /** Time a worker spent on decoding and scaling, and on running the model. */
  readonly decodeSeconds: number;
  readonly inferenceSeconds: number;
}

export interface PhotoClassifier {
  /** What the model says about itself. */
  readonly model: ModelDescription;
  /** Photos that wait for a worker now. */
  readonly waiting: number;
  /** `photo` is moved to a worker thread and empty afterwards. Throws ProblemErrors. */
  classify(photo: Uint8Array): Promise<Classification>;
  /** Answers what was accepted, then ends the workers. */
  close(): Promise<void>;
}
