// An object-store policy from the rights that a user needs on its buckets.
import type { BucketRight } from "./plan";

interface Statement {
  Effect: "Allow";
  Action: string[];
  Resource: string[];
}

/** Listing belongs to reading: without it a missing object answers "forbidden" instead of "not found". */
const bucketActions: Record<BucketRight, string[]> = {
  read: ["s3:GetBucketLocation", "s3:ListBucket"],
  write: ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
};
/** Nobody may delete: photos and models are only ever added. */
const objectActions: Record<BucketRight, string[]> = {
  read: ["s3:GetObject"],
  write: ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
};

/** Policy document in the language of S3, with just these rights on just these buckets. */
export function bucketPolicy(buckets: Record<string, BucketRight[]>): {
  Version: "2012-10-17";
  Statement: Statement[];
} {
  return {
    Version: "2012-10-17",
    Statement: Object.entries(buckets).flatMap(([bucket, rights]) => [
      allow(rights, bucketActions, `arn:aws:s3:::${bucket}`),
      allow(rights, objectActions, `arn:aws:s3:::${bucket}/*`),
    ]),
  };
}

function allow(
  rights: readonly BucketRight[],
  actions: Record<BucketRight, string[]>,
  resource: string,
): Statement {
  const distinct = [...new Set(rights.flatMap((right) => actions[right]))];
  return { Effect: "Allow", Action: distinct.sort(), Resource: [resource] };
}
