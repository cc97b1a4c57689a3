// The provision job: makes the stores match a plan, says what it did, and ends.
import { readEnvironment } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import { provisionDatabases } from "./database";
import { Environment } from "./environment";
import { provisionObjectStore } from "./object-store";
import { ProvisionPlan } from "./plan";

const migrations = process.env["MIGRATIONS"] ?? "migrations";
const log = (line: string) => console.log(`provision: ${line}`);

async function main(): Promise<void> {
  const env = readEnvironment(Environment, process.env);
  const plan = Value.Parse(ProvisionPlan, JSON.parse(env.PLAN));
  await provisionDatabases(
    {
      host: env.DATABASE_HOST,
      port: env.DATABASE_PORT,
      user: env.DATABASE_USER,
      password: env.DATABASE_PASSWORD,
    },
    { databases: plan.databases, roles: plan.roles.map(withPassword), migrations },
    log,
  );
  await provisionObjectStore(
    {
      endpoint: env.OBJECT_STORE_ENDPOINT,
      user: env.OBJECT_STORE_USER,
      password: env.OBJECT_STORE_PASSWORD,
    },
    { buckets: plan.buckets, users: plan.users.map(withPassword) },
    log,
  );
}

function withPassword<T extends { name: string; passwordVariable: string }>(entry: T) {
  const password = process.env[entry.passwordVariable];
  if (!password)
    throw new Error(`${entry.passwordVariable} is not set; it holds the password of ${entry.name}`);
  return { ...entry, password };
}

main().catch((error: unknown) => {
  console.error(`provision: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
