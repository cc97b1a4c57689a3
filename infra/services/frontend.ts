// GourmetGram, the page where people upload food photos.
import type { Config } from "../config";
import { internalToken } from "./inference";
import type { Needs, ServiceSpec } from "./service-spec";
import { nodeHttpHealth } from "./service-spec";
import { secret, url } from "./env-value";
import { databaseName, photoBucket, storeEnvironment } from "./stores";

const port = 5000;
const outbox = "/var/lib/outbox";
const needs: Needs = {
  database: {
    name: databaseName,
    role: "frontend",
    // What was said once stays said: it adds rows and changes none.
    tables: {
      predictions: ["select", "insert"],
      embeddings: ["insert"],
      feedback: ["select", "insert"],
    },
  },
  objectStore: { user: "frontend", buckets: { [photoBucket]: ["read", "write"] } },
};

export const frontend = ({
  outboxLimitMiB,
  uploadsPerMinute,
}: Pick<Config, "outboxLimitMiB" | "uploadsPerMinute">): ServiceSpec => ({
  kind: "service",
  name: "frontend",
  summary: "GourmetGram: upload a food photo and see the prediction",
  image: "frontend",
  env: {
    PORT: port,
    ...storeEnvironment(needs),
    PHOTO_BUCKET: photoBucket,
    INFERENCE_URL: url("inference"),
    INTERNAL_TOKEN: internalToken,
    // Signs the cookies by which an uploader is known again; a new one makes everybody a stranger.
    SESSION_SECRET: secret("frontend-session.password"),
    OUTBOX_DIR: outbox,
    OUTBOX_LIMIT_MIB: outboxLimitMiB,
    UPLOADS_PER_MINUTE_SESSION: uploadsPerMinute.session,
    UPLOADS_PER_MINUTE_ADDRESS: uploadsPerMinute.address,
    // It tells whose request it is, and whether it came by https.
    TRUSTED_PROXIES: "gateway",
  },
  ports: [{ name: "frontend", number: port, open: "students", protocol: "http" }],
  // Photos and feedback that were accepted and aren't in the stores yet.
  volumes: [{ name: "outbox", path: outbox, holdsData: true }],
  networks: ["database", "storage", "serving"],
  needs,
  after: ["provision", "inference"],
  health: nodeHttpHealth(port, "/readyz"),
  healthPath: "/readyz",
  memoryMiB: 288,
  cpus: 1,
  cpuShares: 2048,
  pidsLimit: 128,
  tmpfs: { "/tmp": "size=16m" },
  stopGraceSeconds: 30,
});
