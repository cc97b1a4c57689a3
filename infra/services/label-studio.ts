// Label Studio: people look at photos and say what food is on them. And the job that sets up their project.
import type { JobSpec, Needs, ServiceSpec } from "./service-spec";
import { bashHttpHealth } from "./service-spec";
import { publicUrl, secret, url } from "./env-value";
import { databaseCredential, labelingBucket, objectStoreCredential } from "./stores";

const port = 8080;
const name = "label-studio";
const needs = {
  // Its tables are its own affair; it makes and migrates them.
  database: { name, role: name, owns: true },
  // Copies of photos under neutral names, and nothing else: a key of the other buckets says what the model answered.
  objectStore: { user: name, buckets: { [labelingBucket]: ["read"] } },
} satisfies Needs;
const database = databaseCredential(needs.database.role);
const objectStore = objectStoreCredential(needs.objectStore.user);
const administrator = "label-studio-admin";
const annotator = "label-studio-annotator";
const token = secret("label-studio-token.password");

export const labelStudio = (): ServiceSpec => ({
  kind: "service",
  name,
  summary: "Label Studio: look at photos and label what food is on them",
  image: "label-studio",
  env: {
    PUBLIC_URL: publicUrl("labelStudio"),
    // Signs sessions; a new one logs everybody out.
    SECRET_KEY: secret("label-studio-secret-key.password"),
    ADMIN_EMAIL: secret(`${administrator}.user`),
    ADMIN_PASSWORD: secret(`${administrator}.password`),
    ANNOTATOR_EMAIL: secret(`${annotator}.user`),
    ANNOTATOR_PASSWORD: secret(`${annotator}.password`),
    API_TOKEN: token,
    // From here on Label Studio's own variables.
    DJANGO_DB: "default",
    POSTGRE_HOST: "postgres",
    POSTGRE_PORT: 5432,
    POSTGRE_NAME: needs.database.name,
    POSTGRE_USER: secret(`${database}.user`),
    POSTGRE_PASSWORD: secret(`${database}.password`),
    // Of all private addresses only this one may be read from, and only with these keys.
    SSRF_PROTECTION_ENABLED: "true",
    S3_ENDPOINT: url("minio"),
    AWS_ACCESS_KEY_ID: secret(`${objectStore}.user`),
    AWS_SECRET_ACCESS_KEY: secret(`${objectStore}.password`),
    // The container's own files are no photos: its environment could be read there.
    ENABLE_LOCAL_FILES_STORAGE: "false",
    DISABLE_SIGNUP_WITHOUT_LINK: "true",
    CORS_ALLOW_ALL_ORIGINS: "false",
  },
  ports: [{ name: "labelStudio", number: port, open: "students", protocol: "http" }],
  // What people upload by hand, and exports; projects and labels are in the database.
  volumes: [{ name: "label-studio", path: "/data", holdsData: true }],
  networks: ["database", "storage", "labeling"],
  needs,
  after: ["provision"],
  // The first start makes some hundred tables, on a busy machine for minutes.
  health: { ...bashHttpHealth(port, "/health/"), startPeriodSeconds: 300 },
  healthPath: "/health/",
  logins: [
    { role: "student", credential: annotator, may: "label photos" },
    { role: "administrator", credential: administrator, may: "manage accounts and projects" },
  ],
  // While the tables are made 400, idle 190.
  memoryMiB: 416,
  cpus: 1,
  cpuShares: 512,
  pidsLimit: 128,
  // Large uploads pass through here.
  tmpfs: { "/tmp": "size=64m" },
  stopGraceSeconds: 30,
});

export const labelStudioProject = (): JobSpec => ({
  kind: "job",
  name: "label-studio-project",
  image: "label-studio",
  command: ["python", "-m", "labeling.project"],
  env: {
    LABEL_STUDIO_URL: url(name),
    LABEL_STUDIO_TOKEN: token,
    LABELING_BUCKET: labelingBucket,
  },
  networks: ["labeling"],
  after: [name],
  memoryMiB: 64,
  cpus: 1,
  cpuShares: 512,
  pidsLimit: 32,
  tmpfs: { "/tmp": "size=16m" },
});
