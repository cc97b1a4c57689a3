// What passes between the door and the worker threads. Errors lose their class on the way between
// threads, so whatever a worker finds is an outcome; only its death makes a task fail.
import type { Transform } from "../model/description";

/** What each worker is told at its start. */
export interface WorkerModel {
  readonly path: string;
  readonly transform: Transform;
  readonly classCount: number;
}

export interface WorkerData extends WorkerModel {
  /** Shared by all workers of the process (picture.ts, restrictReaders). */
  readonly readersRestricted: SharedArrayBuffer;
}

export interface Task {
  /** The whole of its buffer, which is moved to the worker. */
  readonly photo: Uint8Array<ArrayBuffer>;
  readonly wantsEmbedding: boolean;
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

/** A defect: of the worker's code, or of a model that its self-test didn't show. */
export interface Failure {
  readonly kind: "failed";
  readonly detail: string;
}

export interface Classified {
  readonly kind: "classified";
  /** One per class, not yet probabilities. */
  readonly logits: Float32Array;
  /** float16, little-endian; only where it is wanted and the model has it. */
  readonly embedding?: Uint8Array | undefined;
  readonly decodeSeconds: number;
  readonly inferenceSeconds: number;
}

export type Outcome = Classified | Refusal | Failure;
