// Airflow: runs the steps of the loop and shows how they went. Three services from one image, and the job that sets up
// their database, roles and accounts.
import type { Component } from "../config";
import { type EnvValue, json, publicUrl, secret, url } from "./env-value";
import type { HealthCheck, JobSpec, Needs, ServiceSpec } from "./service-spec";
import { bashHttpHealth } from "./service-spec";
import {
  databaseCredential,
  databaseName,
  labelingBucket,
  modelBucket,
  objectStoreCredential,
  photoBucket,
} from "./stores";

const port = 8080;
const healthPath = "/api/v2/monitor/health";
const logs = "/opt/airflow/logs";
const tmpfs = { "/tmp": "size=32m" };

/** A service has one database role: the API server brings that of Airflow's own database, which all parts use. */
const metadataNeeds: Needs = { database: { name: "airflow", role: "airflow", owns: true } };

/** And the scheduler, in whose container the tasks run, brings the role and the user that tasks have. */
const taskNeeds: Needs = {
  database: {
    name: databaseName,
    role: "airflow-loop",
    tables: { training_jobs: ["select", "insert"] },
  },
  objectStore: {
    user: "airflow",
    buckets: {
      [photoBucket]: ["read"],
      [modelBucket]: ["read"],
      [labelingBucket]: ["read"],
    },
  },
};

/** What every part of Airflow must know, and know the same. */
const shared = (service: string): Record<string, EnvValue> => ({
  SERVICE_NAME: service,
  DATABASE_HOST: "postgres",
  DATABASE_PORT: 5432,
  DATABASE_NAME: "airflow",
  DATABASE_USER: secret(`${databaseCredential("airflow")}.user`),
  DATABASE_PASSWORD: secret(`${databaseCredential("airflow")}.password`),
  AIRFLOW__API__BASE_URL: publicUrl("airflow"),
  AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://airflow-api:${port}/execution/`,
  // Encrypts connections and variables that somebody enters by hand; a new one makes those unreadable.
  AIRFLOW__CORE__FERNET_KEY: secret("airflow-fernet.password"),
  // Signs the tokens by which parts, tasks and people are known.
  AIRFLOW__API_AUTH__JWT_SECRET: secret("airflow-jwt.password"),
  AIRFLOW__API__SECRET_KEY: secret("airflow-secret-key.password"),
});

/** The connections that tasks use, where they run. */
const connections = (hasLabelStudio: boolean): Record<string, EnvValue> => ({
  AIRFLOW_CONN_LOOP_DATABASE: json({
    conn_type: "postgres",
    host: "postgres",
    port: 5432,
    schema: databaseName,
    login: secret(`${databaseCredential("airflow-loop")}.user`),
    password: secret(`${databaseCredential("airflow-loop")}.password`),
  }),
  AIRFLOW_CONN_OBJECT_STORE: json({
    conn_type: "aws",
    login: secret(`${objectStoreCredential("airflow")}.user`),
    password: secret(`${objectStoreCredential("airflow")}.password`),
    extra: { endpoint_url: url("minio") },
  }),
  AIRFLOW_CONN_INFERENCE: json({ conn_type: "http", host: url("inference") }),
  ...(hasLabelStudio && {
    AIRFLOW_CONN_LABEL_STUDIO: json({
      conn_type: "http",
      host: url("label-studio"),
      password: secret("label-studio-token.password"),
    }),
  }),
});

/**
 * A part without an API of its own leaves heartbeats in the database, and the API server tells whether they are fresh:
 * Airflow's own check takes 150 MB and ten seconds, and a health server in the scheduler 12 MB that its tasks need.
 */
const heartbeat = (part: "scheduler" | "dag_processor"): HealthCheck => ({
  command: [
    "bash",
    "-c",
    `exec 3<>/dev/tcp/airflow-api/${port}; printf 'GET ${healthPath} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; grep -q '"${part}":{"status":"healthy"' <&3`,
  ],
  everySeconds: 15,
  timeoutSeconds: 10,
  retries: 4,
  startPeriodSeconds: 180,
});

/** Creates and migrates the database, sets up accounts with their current passwords, and registers the DAGs. */
const migrate = (): JobSpec => ({
  kind: "job",
  name: "airflow-migrate",
  image: "airflow",
  command: ["migrate"],
  env: {
    ...shared("airflow-migrate"),
    ADMIN_PASSWORD: secret("airflow-admin.password"),
    STUDENT_PASSWORD: secret("airflow-student.password"),
  },
  networks: ["database"],
  after: ["provision"],
  memoryMiB: 384,
  cpus: 1,
  cpuShares: 512,
  pidsLimit: 64,
  tmpfs,
});

const api = (): ServiceSpec => ({
  kind: "service",
  name: "airflow-api",
  summary: "Airflow: start the steps of the loop and see how they went",
  image: "airflow",
  // Only the gateway stands before it, so what that says of the client is true.
  command: ["api-server", "--proxy-headers"],
  env: { ...shared("airflow-api"), FORWARDED_ALLOW_IPS: "*" },
  ports: [{ name: "airflow", number: port, open: "students", protocol: "http" }],
  volumes: [],
  networks: ["database", "orchestration", "web"],
  needs: metadataNeeds,
  after: ["airflow-migrate"],
  health: bashHttpHealth(port, healthPath),
  healthPath,
  logins: [
    { role: "student", credential: "airflow-student", may: "see, start, pause and repeat DAGs" },
    { role: "administrator", credential: "airflow-admin", may: "do everything" },
  ],
  memoryMiB: 352,
  cpus: 1,
  cpuShares: 256,
  pidsLimit: 128,
  tmpfs,
  stopGraceSeconds: 30,
});

const scheduler = (hasLabelStudio: boolean): ServiceSpec => ({
  kind: "service",
  name: "airflow-scheduler",
  summary: "Airflow's scheduler: runs the tasks, two at a time",
  image: "airflow",
  command: ["scheduler"],
  env: {
    ...shared("airflow-scheduler"),
    ...connections(hasLabelStudio),
    LOG_DAYS: 30,
    LOG_LIMIT_MIB: 256,
  },
  ports: [],
  // Logs of tasks, which the API server asks for; what is too old or too much is deleted.
  volumes: [{ name: "airflow-logs", path: logs, holdsData: false }],
  networks: [
    "database",
    "storage",
    "serving",
    ...(hasLabelStudio ? (["labeling"] as const) : []),
    "orchestration",
  ],
  needs: taskNeeds,
  after: ["airflow-api"],
  health: heartbeat("scheduler"),
  memoryMiB: 352,
  cpus: 1,
  cpuShares: 256,
  pidsLimit: 128,
  tmpfs,
  // Tasks that run may end; the others are tried again.
  stopGraceSeconds: 30,
});

const dagProcessor = (): ServiceSpec => ({
  kind: "service",
  name: "airflow-dag-processor",
  summary: "Airflow's DAG processor: reads the DAG files",
  image: "airflow",
  command: ["dag-processor"],
  env: { ...shared("airflow-dag-processor"), LOG_DAYS: 2, LOG_LIMIT_MIB: 4 },
  ports: [],
  volumes: [],
  networks: ["database", "orchestration"],
  after: ["airflow-api"],
  health: heartbeat("dag_processor"),
  memoryMiB: 224,
  cpus: 1,
  cpuShares: 256,
  pidsLimit: 64,
  tmpfs,
  stopGraceSeconds: 15,
});

/** Without Label Studio there is no connection to it, and the task that checks it is skipped. */
export function airflow(components: readonly Component[]): (ServiceSpec | JobSpec)[] {
  const hasLabelStudio = components.includes("labelStudio");
  return [migrate(), api(), scheduler(hasLabelStudio), dagProcessor()];
}
