// The live model behind HTTP.
import type { Needs, ServiceSpec } from "./service-spec";
import { nodeHttpHealth } from "./service-spec";
import { secret } from "./env-value";
import { modelBucket, storeEnvironment } from "./stores";

const port = 8000;
const modelCache = "/var/cache/models";
const needs: Needs = { objectStore: { user: "inference", buckets: { [modelBucket]: ["read"] } } };

/** Shown by the frontend, which alone gets embeddings. */
export const internalToken = secret("inference-internal.password");

export const inference = (): ServiceSpec => ({
  kind: "service",
  name: "inference",
  summary: "Inference API: what food is on a photo",
  image: "inference",
  env: {
    PORT: port,
    ...storeEnvironment(needs),
    MODEL_BUCKET: modelBucket,
    MODEL_ALIAS: "production",
    MODEL_CACHE_DIR: modelCache,
    INTERNAL_TOKEN: internalToken,
    WORKERS: 2,
  },
  ports: [{ name: "inference", number: port, open: "inside", protocol: "http" }],
  // A cache and no data: the models themselves are in the object store.
  volumes: [{ name: "model-cache", path: modelCache, holdsData: false }],
  networks: ["storage", "serving"],
  needs,
  after: ["provision", "publish-model"],
  health: nodeHttpHealth(port, "/readyz"),
  healthPath: "/readyz",
  memoryMiB: 416,
  cpus: 2,
  cpuShares: 2048,
  pidsLimit: 128,
  tmpfs: { "/tmp": "size=16m" },
  stopGraceSeconds: 30,
});
