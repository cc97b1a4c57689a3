// Does the heavy work that Airflow asks for: takes jobs from a queue in PostgreSQL, one at a time.
import type { Needs, ServiceSpec } from "./service-spec";
import { databaseName, storeEnvironment } from "./stores";

const needs: Needs = {
  // Takes and ends jobs that others submit, and submits none.
  database: {
    name: databaseName,
    role: "trainer",
    tables: { training_jobs: ["select", "update"] },
  },
};

const aliveFile = "/tmp/alive";
/** Several times as long as the trainer goes without asking PostgreSQL: a third of a lease. */
const aliveSeconds = 60;

export const trainer = (): ServiceSpec => ({
  kind: "service",
  name: "trainer",
  summary: "Trainer: does the heavy jobs that Airflow asks for",
  image: "loop",
  env: { ...storeEnvironment(needs), ALIVE_FILE: aliveFile, POLL_SECONDS: 5, LEASE_SECONDS: 30 },
  ports: [],
  volumes: [],
  networks: ["database", "serving"],
  needs,
  after: ["provision"],
  // Touched whenever the queue was reached. No Python: one start of it takes longer than all else here.
  health: {
    command: ["sh", "-c", `test $(($(date +%s) - $(stat -c %Y ${aliveFile}))) -lt ${aliveSeconds}`],
    everySeconds: 10,
    timeoutSeconds: 10,
    retries: 3,
    startPeriodSeconds: 60,
  },
  // The job that runs counts too; the trainer itself takes a quarter.
  memoryMiB: 144,
  cpus: 1,
  cpuShares: 128,
  // A library may start a thread for each core of a large host.
  pidsLimit: 256,
  tmpfs: { "/tmp": "size=32m" },
  // Longer than connecting to PostgreSQL may take: the job goes back into the queue.
  stopGraceSeconds: 30,
});
