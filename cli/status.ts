// `npm run status`: what runs of a stack, and how it fares.
import type { Command } from "./command";
import { type ContainerState, reachable } from "./engine";
import { isOurs } from "./deploy/ownership";
import { knownState } from "./deploy/known-state";
import { leaseEndWords } from "./deploy/lease-end";
import { engineOf, nothingThere } from "./deploy/stack-host";
import { endpointsOf } from "./deploy/state";
import type { Endpoints } from "./setup/stack";
import { parseStack, stackUsage } from "./stack-option";

export const status: Command = {
  summary: "the services of a stack with health, memory and address, and the end of its lease",
  usage: `npm run status [-- -s STACK]\n\n${stackUsage}\n\nEnds with 1 when a service isn't well.`,
  async run(args) {
    const stack = parseStack(args);
    const state = await knownState(stack);
    // First: it may be why nothing answers.
    const lease = await leaseEndWords(stack, state);
    if (lease !== undefined) console.log(`${lease}\n`);
    const engine = await reachable(engineOf(state));
    const containers = await engine.containers({ stack });
    if (containers.length === 0) {
      console.log(nothingThere(stack, state));
      return 1;
    }
    const memoryBytes = await engine.memoryBytes(containers.filter(isRunning).map(({ id }) => id));
    console.log(table(serviceRows(containers, memoryBytes, endpointsOf(state))));
    const makers = new Set(
      containers.filter((found) => !isOurs(found, state)).map(({ owner }) => owner),
    );
    for (const owner of makers) console.log(`\nNot in this clone's state: made by ${owner}`);
    return containers.every(isWell) ? 0 : 1;
  },
};

const isRunning = ({ status }: ContainerState) => status === "running";
const health = ({ health: found }: ContainerState) => found ?? "-";
const isWell = (container: ContainerState) =>
  isRunning(container) && ["healthy", "-"].includes(health(container));

const mebibyte = 1024 ** 2;

/** One row a container, below a heading. */
export function serviceRows(
  containers: readonly ContainerState[],
  memoryBytes: ReadonlyMap<string, number>,
  urls: Endpoints,
): string[][] {
  const memory = ({ id, memoryLimitBytes }: ContainerState) => {
    const used = memoryBytes.get(id);
    if (used === undefined) return "-";
    return `${Math.round(used / mebibyte)} of ${Math.round(memoryLimitBytes / mebibyte)} MiB`;
  };
  const urlsOf = ({ service }: ContainerState) =>
    Object.values(urls)
      .filter((endpoint) => endpoint.service === service)
      .map(({ url }) => url)
      .join(" ");
  const rows = [...containers]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((container) => [
      container.service ?? container.name,
      container.status,
      health(container),
      container.startedAt.slice(0, 19).replace("T", " "),
      memory(container),
      urlsOf(container),
    ]);
  return [["SERVICE", "STATE", "HEALTH", "SINCE (UTC)", "MEMORY", "URL"], ...rows];
}

/** Rows as text, each column as wide as its widest entry. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((entry, column) => entry.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
