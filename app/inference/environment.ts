// The settings of the inference API; everything that differs between deployments comes in here.
import { Secret, serviceSettings } from "@feedback-loop/contract";
import { type Static, Type } from "@sinclair/typebox";

export const InferenceEnvironment = Type.Object({
  ...serviceSettings(8000),
  OBJECT_STORE_ENDPOINT: Type.String({
    pattern: "^https?://[^/@]+/?$",
    default: "http://minio:9000",
    description: "a URL of scheme, host and port, such as http://minio:9000",
  }),
  OBJECT_STORE_USER: Type.String({ minLength: 1 }),
  OBJECT_STORE_PASSWORD: Secret(),
  MODEL_BUCKET: Type.String({ minLength: 1, default: "models" }),
  MODEL_ALIAS: Type.String({
    pattern: "^[a-z][a-z0-9-]*$",
    default: "production",
    description: "the name of an alias, such as production",
  }),
  MODEL_CACHE_DIR: Type.String({ minLength: 1, default: "/var/cache/models" }),
  /** Between two tries while no model answers. */
  MODEL_RETRY_SECONDS: Type.Number({ exclusiveMinimum: 0, maximum: 3600, default: 5 }),
  /** Between two looks at the alias once a model answers. */
  MODEL_POLL_SECONDS: Type.Number({ exclusiveMinimum: 0, maximum: 3600, default: 10 }),
  /** Worker threads; each holds the model once and keeps one core busy. */
  WORKERS: Type.Integer({ minimum: 1, maximum: 64, default: 2 }),
  /** Photos that may wait for a worker before further ones are turned away. */
  MAX_WAITING: Type.Integer({ minimum: 1, maximum: 10_000, default: 64 }),
  /** Memory that the bodies of requests under way may take together. */
  BODIES_MEMORY_MIB: Type.Number({ exclusiveMinimum: 0, maximum: 100_000, default: 48 }),
  BODY_LIMIT_MIB: Type.Number({ exclusiveMinimum: 0, maximum: 100, default: 10 }),
  /** For a whole request to arrive: 10 MiB at 1.4 Mbit/s by default. */
  REQUEST_TIMEOUT_SECONDS: Type.Number({ exclusiveMinimum: 0, maximum: 3600, default: 60 }),
  /** What our own services send to get embeddings; without it nobody gets them. */
  INTERNAL_TOKEN: Type.Optional(Secret()),
  /** The code revision that /version reports. */
  REVISION: Type.Optional(Type.String()),
});
export type InferenceEnvironment = Static<typeof InferenceEnvironment>;
