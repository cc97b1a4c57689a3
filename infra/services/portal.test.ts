// What the portal is told of the others, and what it isn't.
import { isReference, type JsonPart, referencesIn } from "./env-value";
import { portal } from "./portal";
import type { Port, ServiceSpec } from "./service-spec";

const service = (more: Partial<ServiceSpec>): ServiceSpec => ({
  kind: "service",
  name: "frontend",
  summary: "GourmetGram: upload a photo: see the prediction",
  image: "frontend",
  env: {},
  ports: [{ name: "frontend", number: 5000, open: "students", protocol: "http" }],
  volumes: [],
  networks: [],
  after: [],
  health: {
    command: ["true"],
    everySeconds: 1,
    timeoutSeconds: 1,
    retries: 1,
    startPeriodSeconds: 1,
  },
  memoryMiB: 1,
  cpus: 1,
  cpuShares: 1024,
  pidsLimit: 1,
  tmpfs: {},
  stopGraceSeconds: 1,
  ...more,
});
const port = (name: Port["name"], more: Partial<Port> = {}): Port => ({
  name,
  number: 1,
  open: "students",
  protocol: "http",
  ...more,
});
const airflow = service({
  name: "airflow-api",
  summary: "Airflow: the steps of the loop",
  ports: [port("airflow")],
  healthPath: "/health",
  logins: [
    { role: "student", credential: "airflow-student", may: "trigger DAGs" },
    { role: "administrator", credential: "airflow-admin", may: "do all", passwordOnly: true },
  ],
});
const minio = service({
  name: "minio",
  summary: "MinIO: photos",
  ports: [port("objectStore"), port("minio")],
  healthPath: "/ready",
});

function told(...specs: ServiceSpec[]): Record<string, JsonPart>[] {
  const { SERVICES } = portal(specs).env;
  if (typeof SERVICES !== "object" || isReference(SERVICES)) throw new Error("no JSON");
  return SERVICES.json as Record<string, JsonPart>[];
}

it("is told address, purpose, where to ask for health, and who signs in", () => {
  expect(told(airflow)).toEqual([
    {
      name: "airflow",
      title: "Airflow",
      purpose: "The steps of the loop.",
      url: { publicUrl: "airflow" },
      forPrograms: false,
      healthUrl: "http://gateway:8099/health/airflow",
      logins: [
        { role: "student", user: { secret: "airflow-student.user" }, may: "trigger DAGs" },
        { role: "administrator", may: "do all" },
      ],
    },
  ]);
});

it("is told no password", () => {
  const { env } = portal([airflow, service({})]);
  const secrets = Object.values(env)
    .flatMap(referencesIn)
    .flatMap((reference) => ("secret" in reference ? [reference.secret] : []));
  expect(secrets).toEqual(["airflow-student.user"]);
});

it("keeps what comes after a second colon, and asks nothing without a path for it", () => {
  const [first] = told(service({}));
  expect(first).toMatchObject({
    title: "GourmetGram",
    purpose: "Upload a photo: see the prediction.",
  });
  expect(first).not.toHaveProperty("healthUrl");
});

it("shows what people reach by HTTP, in the order of their steps", () => {
  const closed = service({ ports: [port("inference", { open: "inside" })] });
  const database = service({ ports: [port("postgres", { protocol: "postgresql" })] });
  const names = told(minio, closed, database, airflow, service({})).map(({ name }) => name);
  expect(names).toEqual(["frontend", "airflow", "minio", "objectStore"]);
});

it("tells pages from what is for programs; a service has one place to be asked at", () => {
  const healthUrl = "http://gateway:8099/health/objectStore";
  expect(told(minio)).toMatchObject([
    { name: "minio", forPrograms: false, healthUrl },
    { name: "objectStore", forPrograms: true, healthUrl, logins: [] },
  ]);
});
