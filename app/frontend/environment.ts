// Every setting of the frontend, with what is allowed.
import { Secret, serviceSettings } from "@feedback-loop/contract";
import { type Static, Type } from "@sinclair/typebox";

const HttpUrl = (description: string) =>
  Type.String({ pattern: "^https?://[^/]+/?$", description });
const Name = (name: string) => Type.String({ minLength: 1, default: name });
const Amount = (standard: number, largest: number) =>
  Type.Integer({ minimum: 1, maximum: largest, default: standard });

export const Environment = Type.Object({
  ...serviceSettings(5000),
  INFERENCE_URL: HttpUrl("address of the inference API, such as http://inference:8000"),
  /** One answer takes milliseconds; a queue in front of the model may take seconds. */
  INFERENCE_TIMEOUT_SECONDS: Amount(15, 120),
  OBJECT_STORE_ENDPOINT: HttpUrl("address of the object store, such as http://minio:9000"),
  OBJECT_STORE_USER: Type.String({ minLength: 1 }),
  OBJECT_STORE_PASSWORD: Secret(),
  PHOTO_BUCKET: Name("production"),
  DATABASE_HOST: Name("postgres"),
  DATABASE_PORT: Amount(5432, 65535),
  DATABASE_NAME: Name("loop"),
  DATABASE_USER: Type.String({ minLength: 1 }),
  DATABASE_PASSWORD: Secret(),
  OUTBOX_DIR: Name("/var/lib/outbox"),
  OUTBOX_LIMIT_MIB: Amount(512, 1_048_576),
  /** First wait before saving is tried again; it grows while the stores are down. */
  SAVE_RETRY_SECONDS: Type.Number({ exclusiveMinimum: 0, maximum: 3600, default: 2 }),
  BODY_LIMIT_MIB: Amount(10, 100),
  /** For all photos being uploaded, each of which lies in memory whole: at least BODY_LIMIT_MIB. */
  UPLOAD_MEMORY_MIB: Amount(32, 65_536),
  /** The code revision that /version reports. */
  REVISION: Type.Optional(Type.String()),
});
export type Environment = Static<typeof Environment>;
