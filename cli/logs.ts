// `npm run logs`: what one service says.
import { parseArgs } from "node:util";
import { type Command, CommandError, UsageError } from "./command";
import { knownState } from "./deploy/known-state";
import { engineOf, nothingThere } from "./deploy/stack-host";
import { reachable } from "./engine";
import { checkStackName } from "./setup/stack";
import { stackOption, stackUsage } from "./stack-option";

export const logs: Command = {
  summary: "the log of one service; without a name lists the services",
  usage: `npm run logs -- [SERVICE] [OPTIONS]

${stackUsage}
  -f, --follow        goes on with what is logged from now on
      --since TIME    from then on, such as 10m or 2026-01-31T12:00:00
      --tail N        the last N lines; default 200, or all with --since`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...stackOption,
        follow: { type: "boolean", short: "f", default: false },
        since: { type: "string" },
        tail: { type: "string" },
      },
    });
    const stack = checkStackName(values.stack);
    const state = await knownState(stack);
    const engine = await reachable(engineOf(state));
    const containers = await engine.containers({ stack });
    if (containers.length === 0) throw new CommandError(nothingThere(stack, state));
    const services = containers.flatMap(({ service }) => service ?? []).sort();
    const [name, ...more] = positionals;
    if (name === undefined) {
      console.log(services.join("\n"));
      return 0;
    }
    if (more.length > 0)
      throw new UsageError(`one service at a time; given were ${positionals.join(", ")}`);
    const found = containers.find(({ service }) => service === name);
    if (!found) throw new UsageError(`no service "${name}"; there are ${services.join(", ")}`);
    return engine.logs(found.id, logArgs(values));
  },
};

const defaultTail = "200";

/** Options of `docker logs`. */
export function logArgs(wanted: { follow: boolean; since?: string; tail?: string }): string[] {
  const tail = wanted.tail ?? (wanted.since ? "all" : defaultTail);
  return [
    ...(wanted.follow ? ["--follow"] : []),
    ...(wanted.since ? ["--since", wanted.since] : []),
    ...["--tail", tail],
  ];
}
