// What passes between the door and the worker threads. Errors lose their class on the way between
// threads, so what can be expected is an outcome; what is thrown over there is a defect.
import type { Transform } from "../model/description";

/** What each worker is told at its start. */
export interface WorkerModel {
  readonly path: string;
  readonly transform: Transform;
  readonly classCount: number;
}

/** A picture that can't be classified, and why. */
export type Refusal =
  | { readonly kind: "unreadable"; readonly detail: string }
  | {
      readonly kind: "too-many-pixels";
      readonly width: number;
      readonly height: number;
      readonly allowed: number;
    };

export interface Classified {
  readonly kind: "classified";
  /** One per class, not yet probabilities. */
  readonly logits: Float32Array;
  readonly decodeSeconds: number;
  readonly inferenceSeconds: number;
}

export type Outcome = Classified | Refusal;
