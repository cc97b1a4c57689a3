// Containers as their specs say, with their limits and rights, for a test that has stores of its own and no stack.
import { succeed } from "../../cli/processes";
import { type Reference, textOf } from "../../infra/services/env-value";
import type { ContainerSpec } from "../../infra/services/service-spec";
import { docker } from "./docker";
import type { PostgresContainer } from "./postgres-container";
import type { S3Server } from "./s3-server";
import type { Credentials } from "./test-stack";

/** What specs refer to. */
export interface Surroundings {
  credentials: Credentials;
  /** By service, as other containers reach it. */
  urls: Readonly<Record<string, string>>;
  /** Of whatever people's browsers reach. */
  publicUrl: string;
}

export interface Setting extends Surroundings {
  image: string;
  network: string;
}

export const resolverIn =
  ({ credentials, urls, publicUrl }: Surroundings) =>
  (reference: Reference): string => {
    if ("secret" in reference) {
      const [credential = "", field] = reference.secret.split(".");
      return credentials[credential]![field as "user" | "password"];
    }
    return "url" in reference ? urls[reference.url]! : publicUrl;
  };

/** Options of `docker run` for the limits and rights of a spec. */
export const rightsOf = ({ memoryMiB, pidsLimit, tmpfs }: ContainerSpec): string[] => [
  // The image may be a stack's, with its labels: what looks for that stack must not find this container.
  ...["--label", "feedback-loop.stack=", "--label", "feedback-loop.owner="],
  ...["--init", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"],
  ...["--pids-limit", String(pidsLimit)],
  ...["--memory", `${memoryMiB}m`, "--memory-swap", `${memoryMiB}m`],
  ...Object.entries(tmpfs).flatMap(([path, size]) => ["--tmpfs", `${path}:${size}`]),
];

/** Runs it with further options; resolves with what `docker run` prints, and rejects with its words. */
export function runSpecified(
  spec: ContainerSpec,
  setting: Setting,
  options: readonly string[],
): Promise<string> {
  const { image, network } = setting;
  const resolve = resolverIn(setting);
  const env = Object.fromEntries(
    Object.entries(spec.env).map(([variable, value]) => [variable, textOf(value, resolve)]),
  );
  const args = [
    ...["run", "--network", network, ...rightsOf(spec)],
    ...Object.keys(env).flatMap((variable) => ["--env", variable]),
    ...[...options, image, ...(spec.command ?? [])],
  ];
  return succeed("docker", args, { env: { ...process.env, ...env } });
}

/** Makes a network on which containers find a test's stores, which publish a port, by the names that specs use. */
export async function networkWithStores(
  network: string,
  { database, store }: { database: PostgresContainer; store: S3Server },
): Promise<void> {
  await docker("network", "create", "--internal", network);
  const ports = { postgres: database.superuser.port, minio: store.address.split(":")[1] };
  for (const [alias, port] of Object.entries(ports)) {
    const id = (await docker("ps", "--quiet", "--filter", `publish=${port}`)).trim();
    await docker("network", "connect", "--alias", alias, network, id);
  }
}
