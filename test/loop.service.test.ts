// Package loop on a real PostgreSQL of the stack's version, with the roles and rights of the specs: first its own tests,
// then the trainer's image with the limits that it has in a stack.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { ClientConfig } from "pg";
import { provisionDatabases } from "../app/provision/database";
import { succeed } from "../cli/processes";
import { loopProgram, pythonEnvironment } from "../cli/setup/python";
import { trainer } from "../infra/services/trainer";
import type { TableRight } from "../infra/services/service-spec";
import { eventually } from "./support/eventually";
import { connected, PostgresContainer } from "./support/postgres-container";
import { root } from "./support/test-stack";
import { TrainerContainer } from "./support/trainer-container";
import { type Query, type TrainingJob, submitJob, trainingJob } from "./support/training-jobs";

const minutes = 60_000;
const database = "loop";
const password = randomBytes(16).toString("hex");
const idleLimitMiB = 60;

/** What others have on these tables, as the specs of Airflow and Jupyter give it to them. */
const others: Record<string, Record<string, TableRight[]>> = {
  "airflow-loop": { training_jobs: ["select", "insert"] },
  jupyter: { predictions: ["select"], feedback: ["select"] },
};

let postgres: PostgresContainer;

beforeAll(async () => {
  postgres = await PostgresContainer.start();
  const { role, tables } = trainer().needs!.database! as {
    role: string;
    tables: (typeof others)[string];
  };
  const roles = Object.entries({ ...others, [role]: tables }).map(([name, rights]) => ({
    ...{ name, database, password, passwordVariable: "UNUSED", tables: rights },
  }));
  const migrations = join(root, "app/database/migrations");
  const plan = { databases: [{ name: database }], roles, migrations };
  await provisionDatabases(postgres.superuser, plan, () => undefined);
}, 2 * minutes);
afterAll(() => postgres?.remove());

const as = (user: string): ClientConfig => ({ ...postgres.superuser, user, password, database });

it(
  "passes its tests, each service's role with its own rights",
  async () => {
    const { host, port, user, password: ofSuperuser } = postgres.superuser;
    const env = {
      ...pythonEnvironment(),
      TEST_DATABASE_HOST: host,
      TEST_DATABASE_PORT: String(port),
      TEST_DATABASE_NAME: database,
      TEST_DATABASE_PASSWORD: password,
      TEST_DATABASE_SUPERUSER: user,
      TEST_DATABASE_SUPERUSER_PASSWORD: ofSuperuser as string,
    };
    const args = ["-m", "pytest", "-m", "service", "app/loop", "-p", "no:cacheprovider"];
    const said = await succeed(loopProgram("python"), args, { cwd: root, env });
    expect(said).toMatch(/\b\d{2,} passed/);
    expect(said).not.toMatch(/skipped|failed|error/);
  },
  10 * minutes,
);

describe("the trainer's image", () => {
  let container: TrainerContainer;

  beforeAll(async () => {
    await connected({ ...postgres.superuser, database }, (db) =>
      db.query("TRUNCATE training_jobs"),
    );
    container = await TrainerContainer.start(as("trainer"));
  }, 20 * minutes);
  afterAll(() => container?.remove());

  /** As Airflow's role, which may submit jobs and look at them. */
  const query: Query = <R extends object>(sql: string, values: unknown[]) =>
    connected(as("airflow-loop"), async (db) => (await db.query<R>(sql, values)).rows);
  const submitted = (kind: string, parameters: object = {}) => submitJob(query, kind, parameters);
  const job = (id: string) => trainingJob(query, id);
  const reaches = (id: string, expected: Partial<TrainingJob>) =>
    eventually(async () => expect(await job(id)).toMatchObject(expected), { withinSeconds: 90 });

  it(
    `is healthy, and idle under ${idleLimitMiB} MB after a job`,
    async () => {
      const id = await submitted("self-test", { up_to: 1000 });
      await reaches(id, { status: "succeeded", attempts: 1, result: { primes: 168, seconds: 0 } });
      await eventually(async () =>
        expect((await container.state()).Health?.Status).toBe("healthy"),
      );
      const resident = await container.residentMiB();
      expect([...resident.keys()].filter((args) => args.includes("python"))).toHaveLength(2);
      const total = [...resident.values()].reduce((sum, mib) => sum + mib, 0);
      expect(total).toBeGreaterThan(10);
      expect(total).toBeLessThan(idleLimitMiB);
    },
    5 * minutes,
  );

  it(
    "survives a job that needs more memory than there is, and says so",
    async () => {
      const { StartedAt } = await container.state();
      const id = await submitted("take_memory");
      await reaches(id, {
        status: "failed",
        attempts: 3,
        error: "the job's process needed more memory than the trainer has, and was killed",
      });
      const next = await submitted("self-test");
      await reaches(next, { status: "succeeded", attempts: 1 });
      expect((await container.state()).StartedAt).toBe(StartedAt);
    },
    5 * minutes,
  );

  it(
    "does a job once when it is killed in the middle",
    async () => {
      const id = await submitted("self-test", { seconds: 5, up_to: 100 });
      await reaches(id, { status: "running", attempts: 1 });
      await container.kill();
      expect(await job(id)).toMatchObject({ status: "running", attempts: 1 });
      await container.start();
      await reaches(id, { status: "succeeded", attempts: 2, result: { primes: 25, seconds: 5 } });
    },
    5 * minutes,
  );

  it(
    "gives its job back when it is stopped, and the log says so in lines of JSON",
    async () => {
      const id = await submitted("self-test", { seconds: 5 });
      await reaches(id, { status: "running", attempts: 1 });
      await container.stop();
      expect(await job(id)).toMatchObject({ status: "queued", attempts: 1, interrupted: 1 });
      const lines = (await container.log()).trim().split("\n");
      const last = lines.slice(-2).map((line) => JSON.parse(line) as { msg: string });
      expect(last.map(({ msg }) => msg)).toEqual(["job given back", "trainer stopped"]);
      expect(lines.join("\n")).not.toContain(password);
      await container.start();
      await reaches(id, { status: "succeeded", attempts: 2 });
    },
    5 * minutes,
  );
});
