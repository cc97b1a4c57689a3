// Waits on the host until a container is healthy; says what it logged last when it doesn't get there.
import { quote } from "../shell";

export interface Readiness {
  /** Name on the engine. */
  container: string;
  /** What people call it. */
  service: string;
  pidsLimit: number;
  timeoutSeconds: number;
}

const lastLines = 20;
const longestLine = 400;

/** Shell script that ends with 0 once the container is healthy. The provider can't limit processes: it is done here. */
export function readyScript({ container, service, pidsLimit, timeoutSeconds }: Readiness): string {
  const name = quote(container);
  return [
    "set -eu",
    `docker update --pids-limit ${pidsLimit} ${name} > /dev/null`,
    `waited=0`,
    // One that is gone ends it: `set -e` holds for what is assigned.
    `health() { status=$(docker inspect --format '{{.State.Health.Status}}' ${name}); }`,
    "health",
    'until [ "$status" = healthy ]; do',
    `  if [ "$waited" -ge ${timeoutSeconds} ]; then`,
    `    echo ${quote(`${service} isn't healthy after ${timeoutSeconds} s. The last lines of its log:`)} >&2`,
    `    docker logs --tail ${lastLines} ${name} 2>&1 | cut -c -${longestLine} | sed 's/^/  | /' >&2`,
    `    echo ${quote(`A longer wait: pulumi config set healthTimeoutSeconds SECONDS`)} >&2`,
    "    exit 1",
    "  fi",
    "  sleep 1",
    "  waited=$((waited + 1))",
    "  health",
    "done",
  ].join("\n");
}
