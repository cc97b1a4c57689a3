// Every error that a person or program may see from the frontend: one class a cause.
import { type Problem, ProblemError } from "@feedback-loop/contract";

/** The form came without a photo. */
export class NoPhoto extends ProblemError {
  override readonly status = 400;
  override readonly code = "no-photo";

  constructor() {
    super(
      "No photo came with the form, or it is empty.",
      "Choose a JPEG, PNG or WebP picture (form field `photo`), then send it.",
    );
  }
}

/** The request isn't a form with one file in the field `photo`. */
export class WrongForm extends ProblemError {
  override readonly status = 400;
  override readonly code = "wrong-form";

  constructor(given: string, options?: ErrorOptions) {
    super(given, "Send a multipart form with one picture in the field `photo`.", options);
  }
}

export class PhotoTooLarge extends ProblemError {
  override readonly status = 413;
  override readonly code = "photo-too-large";

  constructor(limitMiB: number) {
    super(
      `The photo is larger than ${limitMiB} MiB.`,
      "Send a smaller picture: the model looks at a few hundred pixels only.",
    );
  }
}

export class UnsupportedPhoto extends ProblemError {
  override readonly status = 415;
  override readonly code = "unsupported-photo";

  constructor() {
    super(
      "The file is neither a JPEG, a PNG nor a WebP picture.",
      "Convert it to JPEG, or take a screenshot of it, and send that.",
    );
  }
}

/** The inference API refused the photo; its own words and status are passed on. */
export class PhotoRefused extends ProblemError {
  override readonly status: number;
  override readonly code: string;

  constructor({ status, code, message, advice }: Problem) {
    super(message, advice);
    this.status = status;
    this.code = code;
  }
}

/** The inference API is down, busy, too slow, or answers what can't be understood. */
export class InferenceUnavailable extends ProblemError {
  override readonly status = 503;
  override readonly code = "inference-unavailable";

  constructor(
    override readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super(
      "The model can't answer just now, so your photo wasn't looked at and nothing of it was kept.",
      "Send the photo again in a moment.",
      options,
    );
  }
}

/** Too many photos are being uploaded at once for the memory that there is. */
export class TooManyUploads extends ProblemError {
  override readonly status = 503;
  override readonly code = "too-many-uploads";
  override readonly retryAfterSeconds = 2;

  constructor() {
    super(
      "Many photos are being sent at this moment, so yours wasn't accepted.",
      "Send the photo again in a moment.",
    );
  }
}

/** No room to keep another photo safely until the stores are back. */
export class OutboxFull extends ProblemError {
  override readonly status = 507;
  override readonly code = "outbox-full";
  override readonly retryAfterSeconds = 60;

  constructor(options?: ErrorOptions) {
    super(
      "The photo wasn't accepted: the store for photos can't be reached, and the room to keep them until it is back is used up.",
      "Try again in some minutes. Photos that were accepted before are safe.",
      options,
    );
  }
}

/** Whether there is such a prediction can't be told while a store is away. */
export class StoresUnavailable extends ProblemError {
  override readonly status = 503;
  override readonly code = "stores-unavailable";
  override readonly retryAfterSeconds = 10;

  constructor(options?: ErrorOptions) {
    super(
      "This page needs the stores of photos and predictions, and they can't be reached just now.",
      "Nothing is lost. Open the page again in a moment.",
      options,
    );
  }
}

export class NotFound extends ProblemError {
  override readonly status = 404;
  override readonly code = "not-found";

  constructor(what: string) {
    super(`There is no ${what} at this address.`, "Check the address, or begin with a new photo.");
  }
}
