// Every error that a person or program may see from the frontend: one class a cause. What every web application has is in app/web.
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

/** True with the page's script, which stays on the form, and without: Back leads to it as it was. */
const SEND_AGAIN = "Send the photo again in a moment; it is still chosen in the form.";

/** The inference API is down, too slow, or answers what can't be understood. */
export class InferenceUnavailable extends ProblemError {
  override readonly status = 503;
  override readonly code = "inference-unavailable";

  constructor(
    override readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super(
      "The model can't answer just now, so your photo wasn't looked at and nothing of it was kept.",
      SEND_AGAIN,
      options,
    );
  }
}

/** The inference API is well, and has more to do than it can take on. */
export class InferenceBusy extends ProblemError {
  override readonly status = 503;
  override readonly code = "inference-busy";

  constructor(override readonly retryAfterSeconds: number) {
    super(
      "Many photos wait for the model at this moment, so yours wasn't looked at and nothing of it was kept.",
      SEND_AGAIN,
    );
  }
}

/** The client closed its connection before it was answered; nobody reads this. Status: nginx's. */
export class ClientGone extends ProblemError {
  override readonly status = 499;
  override readonly code = "client-gone";

  constructor() {
    super("The connection was closed before the answer.");
  }
}

/** Too many photos are being uploaded at once for the memory that there is. */
export class TooManyUploads extends ProblemError {
  override readonly status = 503;
  override readonly code = "too-many-uploads";
  override readonly retryAfterSeconds = 2;

  constructor() {
    super("Many photos are being sent at this moment, so yours wasn't accepted.", SEND_AGAIN);
  }
}

/** No room to keep another photo or feedback safely until it is in the stores. */
export class OutboxFull extends ProblemError {
  override readonly status = 507;
  override readonly code = "outbox-full";
  override readonly retryAfterSeconds = 60;

  constructor(options?: ErrorOptions) {
    super(
      "It wasn't accepted: the room in which everything is kept until it is in the stores is used up.",
      "Try again in some minutes. What was accepted before is safe.",
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

/** More requests a minute than one session or one address may send. */
export class TooManyRequests extends ProblemError {
  override readonly status = 429;
  override readonly code = "too-many-requests";

  constructor(override readonly retryAfterSeconds: number) {
    super(
      "More came from your browser or your network in the last minute than is allowed.",
      `Wait ${retryAfterSeconds} s, then try again.`,
    );
  }
}

/** A page of another site had the browser send this. */
export class CrossSiteRequest extends ProblemError {
  override readonly status = 403;
  override readonly code = "cross-site-request";

  constructor() {
    super(
      "The request was sent from a page of another site, and changes are taken from this site's own pages only.",
      "Open this site's page and do it there.",
    );
  }
}

/** The form's token doesn't belong to the session that sends it. */
export class WrongToken extends ProblemError {
  override readonly status = 403;
  override readonly code = "wrong-token";

  constructor() {
    super(
      "The form is from before your session began or from another one, so nothing was changed.",
      "Reload the page of the prediction, then choose again.",
    );
  }
}

/** Feedback is the uploader's alone. */
export class NotTheUploader extends ProblemError {
  override readonly status = 403;
  override readonly code = "not-the-uploader";

  constructor() {
    super(
      "Only who sent the photo can say whether the answer is right, in the browser it was sent from.",
      "Send the photo yourself, then say what you think of the answer.",
    );
  }
}

/** The body of feedback isn't one that can be given. */
export class WrongFeedback extends ProblemError {
  override readonly status = 400;
  override readonly code = "wrong-feedback";

  constructor(given: string, advice: string) {
    super(given, advice);
  }
}

/** A query parameter that can't be understood. */
export class WrongQuery extends ProblemError {
  override readonly status = 400;
  override readonly code = "wrong-query";

  constructor(parameter: string, given: string, allowed: string) {
    super(
      `The address has for \`${parameter}\`: ${given.slice(0, 100)}; allowed is ${allowed}.`,
      "Follow the links of the page, or leave the parameter out.",
    );
  }
}

/** The photo is there, and its bytes can't be made into a small picture. */
export class NoThumbnail extends ProblemError {
  override readonly status = 404;
  override readonly code = "no-thumbnail";

  constructor(options?: ErrorOptions) {
    super("The photo is kept, but it can't be shown small.", "Open the photo itself.", options);
  }
}

/** More thumbnails are asked for than can be made soon. */
export class TooManyThumbnails extends ProblemError {
  override readonly status = 503;
  override readonly code = "too-many-thumbnails";
  override readonly retryAfterSeconds = 5;

  constructor() {
    super("Many small pictures are being made at this moment.", "Reload the page in a moment.");
  }
}

/** What the framework's own errors mean here (fastify, docs/Reference/Errors.md). */
export const FRAMEWORK_PROBLEMS: Record<string, Problem> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: "wrong-content-type",
    message: "The request's body has a type that isn't taken at this address.",
    advice:
      "Use the page's form. Programs send photos as a multipart form (field `photo`), feedback as JSON.",
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: "body-too-large",
    message: "The request's body is larger than anything that is expected at this address.",
    advice: "Use the page's form.",
  },
};
