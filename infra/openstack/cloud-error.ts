// What went wrong with an OpenStack cloud, for the person who has to put it right.

/** `clouds.yaml` is where the way to the cloud is written down; the others are services of the cloud. */
export type CloudPart =
  "clouds.yaml" | "identity" | "compute" | "network" | "volume" | "image" | "reservation";

export class CloudError extends Error {
  override readonly name = "CloudError";

  constructor(
    message: string,
    readonly part: CloudPart,
    /** HTTP status; undefined when there was no answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** Whether the cloud says that there is no such thing. */
export const isGone = (error: unknown): boolean =>
  error instanceof CloudError && error.status === 404;
