// The trainer in the whole stack: a job goes through it, and is done once whatever is killed in the middle.
import { eventually } from "../support/eventually";
import { killProgram } from "../support/kill-program";
import { type Query, type TrainingJob, submitJob, trainingJob } from "../support/training-jobs";
import type { WholeStack } from "./whole-stack";

const minutes = 60_000;
/** A lost trainer's lease runs out, on a machine that may be loaded. */
const patience = { withinSeconds: 240, everyMs: 500 };

export const trainer = (whole: () => WholeStack): void => {
  describe("the trainer", () => {
    /** As Airflow's role, which may submit jobs and look at them. */
    const query: Query = (sql, values) =>
      whole().client.query(sql, values, "database-airflow-loop");
    const submitted = (parameters: object) => submitJob(query, "self-test", parameters);
    const reaches = (id: string, expected: Partial<TrainingJob>) =>
      eventually(
        async () => expect(await trainingJob(query, id)).toMatchObject(expected),
        patience,
      );
    const kill = (service: string) => killProgram(whole().stack.containerName(service));

    it(
      "does a job that waits in the queue",
      async () => {
        const id = await submitted({ up_to: 1000 });
        await reaches(id, {
          status: "succeeded",
          attempts: 1,
          result: { primes: 168, seconds: 0 },
        });
      },
      5 * minutes,
    );

    it(
      "is killed in the middle of a job, comes back by itself, and does it once",
      async () => {
        const id = await submitted({ seconds: 10, up_to: 10_000 });
        await reaches(id, { status: "running", attempts: 1 });
        await kill("trainer");
        await reaches(id, {
          status: "succeeded",
          attempts: 2,
          result: { primes: 1229, seconds: 10 },
        });
      },
      10 * minutes,
    );

    it(
      "goes on with its job while PostgreSQL is killed and comes back",
      async () => {
        const { stack } = whole();
        const starts = async () =>
          (await stack.succeed("logs", "-s", stack.name, "trainer")).split("trainer started")
            .length;
        const startsBefore = await starts();
        const id = await submitted({ seconds: 10, up_to: 100 });
        await reaches(id, { status: "running", attempts: 1 });
        await kill("postgres");
        await reaches(id, {
          status: "succeeded",
          attempts: 1,
          result: { primes: 25, seconds: 10 },
        });
        expect(await starts()).toBe(startsBefore);
        const next = await submitted({});
        await reaches(next, { status: "succeeded", attempts: 1 });
      },
      10 * minutes,
    );

    it(
      "isn't asked by whoever may only do the jobs, and its result is nobody else's to write",
      async () => {
        const id = await submitted({});
        await reaches(id, { status: "succeeded" });
        const denied = { code: "42501" };
        const as = (credential: string, sql: string) =>
          expect(whole().client.query(sql, [], credential)).rejects.toMatchObject(denied);
        await as("database-airflow-loop", "UPDATE training_jobs SET result = '{}'");
        await as("database-airflow-loop", "DELETE FROM training_jobs");
        await as("database-trainer", "INSERT INTO training_jobs (key, kind) VALUES ('a', 'b')");
        await as("database-trainer", "SELECT FROM predictions");
      },
      5 * minutes,
    );
  });
};
