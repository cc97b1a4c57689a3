// The facts: prediction log, and whatever later services keep in tables.
import type { ServiceSpec } from "./service-spec";
import { secret } from "./env-value";
import { databaseCredential } from "./stores";

/**
 * A database kept from an earlier deployment knows the superuser password of that time, and this
 * deployment generated a new one: it is set in single-user mode, before anything can connect.
 */
const start = `set -eu
if [ -s "$PGDATA/PG_VERSION" ]; then
  printf "ALTER ROLE %s PASSWORD '%s'" "$POSTGRES_USER" "$POSTGRES_PASSWORD" |
    postgres --single -D "$PGDATA" postgres > /dev/null
fi
exec docker-entrypoint.sh postgres "$@"`;

const settings = {
  shared_buffers: "48MB",
  max_connections: "60",
  max_wal_size: "256MB",
  password_encryption: "scram-sha-256",
};

export const postgres = (): ServiceSpec => ({
  kind: "service",
  name: "postgres",
  summary: "PostgreSQL: predictions, feedback, labels, models and releases",
  image: "postgres",
  command: [
    "bash",
    "-c",
    start,
    "postgres",
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ],
  env: {
    POSTGRES_USER: secret(`${databaseCredential("superuser")}.user`),
    POSTGRES_PASSWORD: secret(`${databaseCredential("superuser")}.password`),
    // The image trusts whoever connects over the container's own loopback, unless told otherwise.
    POSTGRES_INITDB_ARGS: "--auth-host=scram-sha-256",
    PGDATA: "/var/lib/postgresql/data/pgdata",
  },
  ports: [{ name: "postgres", number: 5432, open: "inside", protocol: "postgresql" }],
  volumes: [{ name: "database", path: "/var/lib/postgresql/data", holdsData: true }],
  networks: ["database", "notebooks"],
  after: [],
  // Over TCP and not the socket: while the image initialises a new database only the socket answers.
  health: {
    command: ["pg_isready", "--host=127.0.0.1", "--quiet"],
    everySeconds: 5,
    timeoutSeconds: 4,
    retries: 5,
    startPeriodSeconds: 120,
  },
  logins: [
    {
      role: "administrator",
      credential: databaseCredential("superuser"),
      may: "read and change everything in the databases",
    },
  ],
  memoryMiB: 192,
  cpus: 1,
  cpuShares: 1024,
  pidsLimit: 256,
  user: "999:999",
  tmpfs: { "/tmp": "size=16m", "/run/postgresql": "size=1m,uid=999,gid=999,mode=0775" },
  stopGraceSeconds: 60,
});
