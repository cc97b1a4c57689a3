// What runs of a stack, and how it fares.
import { parseArgs } from "node:util";
import { type Command } from "./command";
import { type ContainerState, containers, memory } from "./engine";
import { root } from "./paths";
import { run } from "./processes";
import { pulumiEnvironment } from "./pulumi-environment";
import { stackName, stackOption, stackUsage } from "./stack-option";

export const status: Command = {
  summary: "The services of a stack with health, memory and address",
  usage: `npm run status [-- OPTIONS]\n${stackUsage}`,
  run: async (args) => {
    const { values } = parseArgs({ args, options: stackOption });
    const stack = stackName(values.stack);
    const found = await containers(stack);
    if (found.length === 0) {
      console.log(`Nothing of stack "${stack}" runs here. Deploy it with \`npm start\`.`);
      return 0;
    }
    const [used, urls] = await Promise.all([memory(found.map(({ id }) => id)), addresses(stack)]);
    const rows = found.map((container) => [
      container.service,
      condition(container),
      container.startedAt.slice(0, 19).replace("T", " "),
      used.get(container.id) ?? "",
      urls[container.service] ?? "",
    ]);
    console.log(table([["SERVICE", "STATE", "SINCE (UTC)", "MEMORY", "ADDRESS"], ...rows]));
    const foreign = found.find(({ owner }) => owner !== root);
    if (foreign) console.log(`\nDeployed by another clone: ${foreign.owner}`);
    return found.every((container) => ["healthy", "running"].includes(condition(container)))
      ? 0
      : 1;
  },
};

const condition = ({ state, health }: ContainerState) =>
  state === "running" && health !== "" ? health : state;

/** Addresses by endpoint; none where this clone doesn't know the stack. */
async function addresses(stack: string): Promise<Record<string, string>> {
  const args = ["stack", "output", "endpoints", "--json", "--stack", stack];
  const { exitCode, stdout } = await run("pulumi", args, {
    cwd: root,
    env: await pulumiEnvironment(),
  });
  if (exitCode !== 0) return {};
  const endpoints = JSON.parse(stdout) as Record<string, { url: string }>;
  return Object.fromEntries(Object.entries(endpoints).map(([name, { url }]) => [name, url]));
}

/** Rows as text, each column as wide as its widest entry. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((entry, column) => entry.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
