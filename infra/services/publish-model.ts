// Puts the demonstration model into the object store, where the inference API finds it.
import type { JobSpec, Needs } from "./service-spec";
import { modelBucket, storeEnvironment } from "./stores";

const needs: Needs = {
  objectStore: { user: "publisher", buckets: { [modelBucket]: ["read", "write"] } },
};

export const publishModel = (): JobSpec => ({
  kind: "job",
  name: "publish-model",
  image: "model",
  env: { ...storeEnvironment(needs), MODEL_BUCKET: modelBucket },
  networks: ["storage"],
  needs,
  after: ["provision"],
  memoryMiB: 256,
  cpus: 1,
  cpuShares: 512,
  pidsLimit: 128,
  tmpfs: { "/tmp": "size=16m" },
});
