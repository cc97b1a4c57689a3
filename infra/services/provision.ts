// The one job that makes roles, databases, buckets, users and policies from what all specs need.
import type { ProvisionPlan } from "@feedback-loop/provision";
import { type EnvValue } from "./env-value";
import type { ContainerSpec, DatabaseNeed, JobSpec } from "./service-spec";
import { secret, url } from "./env-value";
import { databaseCredential, objectStoreCredential } from "./stores";

export function provision(specs: readonly ContainerSpec[]): JobSpec {
  const plan = provisionPlan(specs);
  return {
    kind: "job",
    name: "provision",
    image: "provision",
    env: {
      PLAN: JSON.stringify(plan),
      DATABASE_HOST: "postgres",
      DATABASE_PORT: 5432,
      DATABASE_USER: secret(`${databaseCredential("superuser")}.user`),
      DATABASE_PASSWORD: secret(`${databaseCredential("superuser")}.password`),
      OBJECT_STORE_ENDPOINT: url("minio"),
      OBJECT_STORE_USER: secret(`${objectStoreCredential("root")}.user`),
      OBJECT_STORE_PASSWORD: secret(`${objectStoreCredential("root")}.password`),
      ...passwords(plan),
    },
    networks: ["database", "storage"],
    after: ["postgres", "minio"],
    memoryMiB: 256,
    cpus: 1,
    cpuShares: 512,
    pidsLimit: 128,
    tmpfs: { "/tmp": "size=16m" },
  };
}

/** What the stores must hold so that every spec finds what it needs; throws where two specs disagree. */
export function provisionPlan(specs: readonly ContainerSpec[]): ProvisionPlan {
  const needs = specs.flatMap((spec) => (spec.needs ? [spec.needs] : []));
  const roles = needs.flatMap(({ database }) => (database ? [database] : []));
  const users = needs.flatMap(({ objectStore }) => (objectStore ? [objectStore] : []));
  rejectDuplicates(
    "database role",
    roles.map(({ role }) => role),
  );
  rejectDuplicates(
    "object-store user",
    users.map(({ user }) => user),
  );
  return {
    databases: databases(roles),
    roles: roles.map((need) => ({
      name: need.role,
      database: need.name,
      passwordVariable: variable(databaseCredential(need.role)),
      tables: "tables" in need ? need.tables : {},
    })),
    buckets: distinct(users.flatMap(({ buckets }) => Object.keys(buckets))).map((name) => ({
      name,
    })),
    users: users.map(({ user, buckets }) => ({
      name: user,
      passwordVariable: variable(objectStoreCredential(user)),
      buckets,
    })),
  };
}

function databases(needs: readonly DatabaseNeed[]): ProvisionPlan["databases"] {
  return distinct(needs.map(({ name }) => name)).map((name) => {
    const owner = needs.find((need) => need.name === name && "owns" in need)?.role;
    if (owner !== undefined && needs.filter((need) => need.name === name).length > 1)
      throw new Error(`database "${name}" is ${owner}'s own; nobody else may need it`);
    return owner === undefined ? { name } : { name, owner };
  });
}

function passwords({ roles, users }: ProvisionPlan): Record<string, EnvValue> {
  return Object.fromEntries([
    ...roles.map(({ name, passwordVariable }) => [
      passwordVariable,
      secret(`${databaseCredential(name)}.password`),
    ]),
    ...users.map(({ name, passwordVariable }) => [
      passwordVariable,
      secret(`${objectStoreCredential(name)}.password`),
    ]),
  ]) as Record<string, EnvValue>;
}

const variable = (credential: string) =>
  `${credential.toUpperCase().replaceAll("-", "_")}_PASSWORD`;

const distinct = (names: readonly string[]) => [...new Set(names)].sort();

/** A role or user shared by two services would give each the rights of both. */
function rejectDuplicates(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new Error(`${what} "${twice}" is needed by two specs; give each service its own`);
}
