// The bytes: photos that people uploaded, and models. The facts about them are in PostgreSQL.
import type { ServiceSpec } from "./service-spec";
import { secret } from "./env-value";
import { objectStoreCredential } from "./stores";

export const minio = (): ServiceSpec => ({
  kind: "service",
  name: "minio",
  summary: "MinIO: production photos and models, with a console to look at them",
  image: "minio",
  command: ["server", "/data", "--console-address", ":9001"],
  env: {
    MINIO_ROOT_USER: secret(`${objectStoreCredential("root")}.user`),
    MINIO_ROOT_PASSWORD: secret(`${objectStoreCredential("root")}.password`),
    // Leaves room for what Go holds beside its heap, within the container's limit.
    GOMEMLIMIT: "200MiB",
  },
  ports: [
    { name: "objectStore", number: 9000, open: "inside", protocol: "http" },
    { name: "minio", number: 9001, open: "students", protocol: "http" },
  ],
  volumes: [{ name: "objects", path: "/data", holdsData: true }],
  networks: ["storage", "notebooks"],
  after: [],
  health: {
    // bash speaks HTTP/1.0 well enough to read one status line, and starts in a millisecond.
    command: [
      "bash",
      "-c",
      'exec 3<>/dev/tcp/127.0.0.1/9000; printf "GET /minio/health/ready HTTP/1.0\\r\\nHost: minio\\r\\n\\r\\n" >&3; head -n 1 <&3 | grep -q " 200 "',
    ],
    everySeconds: 5,
    timeoutSeconds: 4,
    retries: 5,
    startPeriodSeconds: 60,
  },
  healthPath: "/minio/health/ready",
  logins: [
    {
      role: "administrator",
      credential: objectStoreCredential("root"),
      may: "see and change all photos and models",
    },
  ],
  memoryMiB: 256,
  cpus: 1,
  cpuShares: 1024,
  pidsLimit: 256,
  tmpfs: { "/tmp": "size=16m" },
  stopGraceSeconds: 30,
});
