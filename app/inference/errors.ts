// Every error that a caller of this service can meet: one class a cause, with its status and advice.
import { ProblemError } from "@feedback-loop/contract";

/** The body holds no photo at all. */
export class NoPhoto extends ProblemError {
  readonly status = 400;
  readonly code = "no-photo";

  constructor() {
    super(
      "The request has no photo.",
      "Send the bytes of a JPEG, PNG or WebP file as image/jpeg, image/png or image/webp, " +
        'or JSON {"image": "<base64>"}.',
    );
  }
}

/** Field `image` of a JSON body isn't base64. */
export class NotBase64 extends ProblemError {
  readonly status = 400;
  readonly code = "not-base64";

  constructor() {
    super(
      'Field "image" is not base64.',
      "Encode the bytes of the picture file (not its text, path or address) in base64.",
    );
  }
}

/** The bytes aren't a whole picture of a format that is read here. */
export class UnreadablePhoto extends ProblemError {
  readonly status = 422;
  readonly code = "unreadable-photo";

  /** `detail`: what the decoder said; for the log only. */
  constructor(readonly detail: string) {
    super(
      "The file is not a readable JPEG, PNG or WebP picture.",
      "Check that it opens in a picture viewer and was sent as a whole, or save it as JPEG again.",
    );
  }
}

/** The picture declares more pixels than are decoded here. */
export class TooManyPixels extends ProblemError {
  readonly status = 422;
  readonly code = "too-many-pixels";

  constructor(picture: { width: number; height: number; allowed: number }) {
    const megapixels = Math.floor(picture.allowed / 1e6);
    super(
      `The picture has ${picture.width} × ${picture.height} pixels; ` +
        `allowed are ${megapixels} megapixels for its kind of file.`,
      "Scale it down, or save it as JPEG; 1000 pixels a side lose nothing for a prediction.",
    );
  }
}

/** All workers are busy, and what waits already takes the places or the memory there are. */
export class QueueFull extends ProblemError {
  readonly status = 503;
  readonly code = "queue-full";
  override readonly retryAfterSeconds = 1;

  constructor(queue: { waiting: number } | { bodiesMiB: number }) {
    super(
      "waiting" in queue
        ? `The service is at its limit: ${queue.waiting} photos are waiting.`
        : `The service is at its limit: photos of ${queue.bodiesMiB} MiB are under way.`,
      "Try again after the seconds that the header Retry-After names.",
    );
  }
}

/** No model has been loaded yet. */
export class NoModel extends ProblemError {
  readonly status = 503;
  readonly code = "no-model";

  /** `reason`: a sentence that says why; `retryAfterSeconds`: when the next try has been made. */
  constructor(
    reason: string,
    override readonly retryAfterSeconds: number,
  ) {
    super(
      `No model is loaded: ${reason}`,
      "The service keeps trying; it answers once a model is published and loaded.",
    );
  }
}
