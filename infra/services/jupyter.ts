// JupyterLab: notebooks over the prediction log and its photos, which they can read and not change.
import type { Needs, ServiceSpec } from "./service-spec";
import { bashHttpHealth } from "./service-spec";
import { secret } from "./env-value";
import { databaseName, modelBucket, photoBucket, storeEnvironment } from "./stores";

const port = 8888;
const work = "/work";
const needs: Needs = {
  database: {
    name: databaseName,
    role: "jupyter",
    tables: { predictions: ["select"], embeddings: ["select"], feedback: ["select"] },
  },
  objectStore: { user: "jupyter", buckets: { [photoBucket]: ["read"], [modelBucket]: ["read"] } },
};

export const jupyter = (): ServiceSpec => ({
  kind: "service",
  name: "jupyter",
  summary: "Jupyter: notebooks over the predictions, their photos and what people say of them",
  image: "jupyter",
  env: {
    PORT: port,
    WORK_DIR: work,
    JUPYTER_TOKEN: secret("jupyter-token.password"),
    ...storeEnvironment(needs),
  },
  ports: [{ name: "jupyter", number: port, open: "students", protocol: "http" }],
  volumes: [{ name: "work", path: work, holdsData: true }],
  // Notebooks run anybody's code: no other service is within their reach.
  networks: ["notebooks", "notebook-web"],
  needs,
  after: ["provision"],
  health: bashHttpHealth(port, "/api"),
  healthPath: "/api",
  logins: [
    {
      role: "student",
      credential: "jupyter-token",
      may: "run notebooks, and read the prediction log and its photos",
      passwordOnly: true,
    },
  ],
  memoryMiB: 320,
  cpus: 1,
  cpuShares: 256,
  // The server, a few kernels and terminals, each with threads; what runs away in one of them ends here.
  pidsLimit: 256,
  // Files here are memory, and count.
  tmpfs: { "/tmp": "size=64m" },
  stopGraceSeconds: 30,
});
