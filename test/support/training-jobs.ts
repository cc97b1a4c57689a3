// The trainer's queue as whoever submits sees it, without Python.
import { randomUUID } from "node:crypto";

/** Runs one query as a role that may submit and look. */
export type Query = <R extends object>(sql: string, values: unknown[]) => Promise<R[]>;

export interface TrainingJob {
  status: "queued" | "running" | "succeeded" | "failed";
  attempts: number;
  interrupted: number;
  result: Record<string, unknown> | null;
  error: string | null;
}

/** Puts a job into the queue; resolves with its id. */
export async function submitJob(query: Query, kind: string, parameters: object): Promise<string> {
  const insert =
    "INSERT INTO training_jobs (key, kind, parameters) VALUES ($1, $2, $3) RETURNING id";
  const [row] = await query<{ id: string }>(insert, [randomUUID(), kind, parameters]);
  return row!.id;
}

export async function trainingJob(query: Query, id: string): Promise<TrainingJob> {
  const select =
    "SELECT status, attempts, interrupted, result, error FROM training_jobs WHERE id = $1";
  const [job] = await query<TrainingJob>(select, [id]);
  if (!job) throw new Error(`no job ${id}`);
  return job;
}
