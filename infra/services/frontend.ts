// GourmetGram, the page where people upload food photos.
import type { Needs, ServiceSpec } from "./service-spec";
import { nodeHttpHealth, url } from "./service-spec";
import { databaseName, photoBucket, storeEnvironment } from "./stores";

const port = 5000;
const outbox = "/var/lib/outbox";
const needs: Needs = {
  database: {
    name: databaseName,
    role: "frontend",
    tables: { predictions: ["select", "insert"] },
  },
  objectStore: { user: "frontend", buckets: { [photoBucket]: ["read", "write"] } },
};

export const frontend = ({ outboxLimitMiB }: { outboxLimitMiB: number }): ServiceSpec => ({
  kind: "service",
  name: "frontend",
  summary: "GourmetGram: upload a food photo and see the prediction",
  image: "frontend",
  env: {
    PORT: port,
    ...storeEnvironment(needs),
    PHOTO_BUCKET: photoBucket,
    INFERENCE_URL: url("inference"),
    OUTBOX_DIR: outbox,
    OUTBOX_LIMIT_MIB: outboxLimitMiB,
  },
  ports: [{ name: "frontend", number: port, open: "students" }],
  // Photos that were accepted and aren't in the stores yet.
  volumes: [{ name: "outbox", path: outbox, holdsData: true }],
  networks: ["database", "storage", "serving", "edge"],
  needs,
  after: ["provision", "inference"],
  health: nodeHttpHealth(port, "/readyz"),
  memoryMiB: 256,
  cpus: 1,
  cpuShares: 2048,
  tmpfs: { "/tmp": "size=16m" },
  stopGraceSeconds: 30,
});
