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
        'as the file "image" of a form, or as JSON {"image": "<base64>"}.',
    );
  }
}

/** A multipart body that isn't one file in the field `image`. */
export class WrongForm extends ProblemError {
  readonly status = 400;
  readonly code = "wrong-form";

  /** `message`: a sentence that says what is wrong. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, 'Send one file in the field "image", and nothing else.', options);
  }
}

/** A JSON body with more values than any body here has; it isn't even parsed. */
export class TooManyParts extends ProblemError {
  readonly status = 400;
  readonly code = "invalid-body";

  constructor(allowed: number) {
    super(
      `The body has more than ${allowed} values, or values within values.`,
      'Send {"image": "<base64>"} and nothing else.',
    );
  }
}

/** The body is compressed. */
export class WrongContentEncoding extends ProblemError {
  readonly status = 415;
  readonly code = "wrong-content-encoding";

  constructor(given: string) {
    super(
      `The header Content-Encoding is "${given}"; bodies are taken as they are only.`,
      "Send the body uncompressed: pictures are compressed already.",
    );
  }
}

/** There is nothing at this address. */
export class NotFound extends ProblemError {
  readonly status = 404;
  readonly code = "not-found";

  /** `request`: its method and path. */
  constructor(request: string) {
    super(
      `There is nothing at ${request}.`,
      "POST /predict classifies a photo; GET /docs describes all there is.",
    );
  }
}

/** There is something, but not for this method. */
export class MethodNotAllowed extends ProblemError {
  readonly status = 405;
  readonly code = "method-not-allowed";

  constructor(request: string, allowed: readonly string[]) {
    super(
      `There is nothing at ${request}; allowed is ${allowed.join(" or ")}.`,
      "GET /docs describes all there is.",
    );
  }
}

/** The header by which our own services prove themselves is there and wrong. */
export class WrongToken extends ProblemError {
  readonly status = 401;
  readonly code = "wrong-token";

  constructor() {
    super(
      "The header X-Internal-Token doesn't hold this service's token.",
      "Leave the header out: predictions need no token, only embeddings do.",
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

/**
 * The worker that had the photo died of it, or beside it. Not a 503 with Retry-After: a photo that
 * kills workers must not be sent again by a program without anyone looking.
 */
export class WorkerLost extends ProblemError {
  readonly status = 500;
  readonly code = "worker-lost";

  constructor(options?: ErrorOptions) {
    super(
      "The worker that classified this photo ended before it had an answer, and is replaced.",
      "Try once more; if it fails again, save the picture as JPEG anew and send that.",
      options,
    );
  }
}

/** The caller hung up before the answer. Nobody gets this: it is for the log and the metrics. */
export class CallerGone extends ProblemError {
  readonly status = 499; // not in HTTP's registry: nginx's "client closed request"
  readonly code = "caller-gone";

  constructor() {
    super("The caller hung up before the answer.");
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
