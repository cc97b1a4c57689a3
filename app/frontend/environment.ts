// Every setting of the frontend, with what is allowed.
import {
  EnvironmentError,
  readEnvironment,
  Secret,
  serviceSettings,
  type Variables,
} from "@feedback-loop/contract";
import { proxyProblems } from "@feedback-loop/web";
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
  /** Shared with the inference API, which gives embeddings for it; without it none are kept. */
  INTERNAL_TOKEN: Type.Optional(Secret()),
  OBJECT_STORE_ENDPOINT: HttpUrl("address of the object store, such as http://minio:9000"),
  OBJECT_STORE_USER: Type.String({ minLength: 1 }),
  OBJECT_STORE_PASSWORD: Secret(),
  PHOTO_BUCKET: Name("production"),
  DATABASE_HOST: Name("postgres"),
  DATABASE_PORT: Amount(5432, 65535),
  DATABASE_NAME: Name("loop"),
  DATABASE_USER: Type.String({ minLength: 1 }),
  DATABASE_PASSWORD: Secret(),
  /** Signs session cookies and form tokens. A SHA-256 HMAC wants a key as long as its output. */
  SESSION_SECRET: Type.String({
    minLength: 32,
    secret: true,
    description: "a text of at least 32 characters",
  }),
  OUTBOX_DIR: Name("/var/lib/outbox"),
  OUTBOX_LIMIT_MIB: Amount(512, 1_048_576),
  /** First wait before saving is tried again; it grows while the stores are down. */
  SAVE_RETRY_SECONDS: Type.Number({ exclusiveMinimum: 0, maximum: 3600, default: 2 }),
  BODY_LIMIT_MIB: Amount(10, 100),
  /**
   * For all photos being uploaded, each of which lies in memory whole: at least BODY_LIMIT_MIB. Up to twice
   * as much is taken, since a photo whose metadata is taken out is there twice for a moment.
   */
  UPLOAD_MEMORY_MIB: Amount(24, 65_536),
  UPLOADS_PER_MINUTE_SESSION: Amount(30, 1_000_000),
  /** A class may share one address. */
  UPLOADS_PER_MINUTE_ADDRESS: Amount(300, 1_000_000),
  /** Addresses, networks and host names whose X-Forwarded-* headers are believed, separated by commas. */
  TRUSTED_PROXIES: Type.String({ default: "" }),
  /** The code revision that /version reports. */
  REVISION: Type.Optional(Type.String()),
});
export type Environment = Static<typeof Environment>;

/** The settings, each allowed by itself and together. Throws EnvironmentError. */
export function readSettings(variables: Variables): Environment {
  const settings = readEnvironment(Environment, variables);
  const problems = problemsOf(settings);
  if (problems.length > 0) throw new EnvironmentError(problems);
  return settings;
}

function problemsOf(settings: Environment): string[] {
  const { UPLOAD_MEMORY_MIB, BODY_LIMIT_MIB, TRUSTED_PROXIES } = settings;
  const problems = proxyProblems(TRUSTED_PROXIES);
  if (UPLOAD_MEMORY_MIB < BODY_LIMIT_MIB) {
    problems.push(
      `UPLOAD_MEMORY_MIB: given ${UPLOAD_MEMORY_MIB}; allowed: at least BODY_LIMIT_MIB, which is ` +
        `${BODY_LIMIT_MIB}, since one photo of that size must find room`,
    );
  }
  return problems;
}
