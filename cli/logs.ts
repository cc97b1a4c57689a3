// The log of one service.
import { parseArgs } from "node:util";
import { type Command, CommandError, UsageError } from "./command";
import { containers } from "./engine";
import { attach } from "./processes";
import { stackName, stackOption, stackUsage } from "./stack-option";

export const logs: Command = {
  summary: "The log of one service",
  usage: `npm run logs -- SERVICE [OPTIONS]
  -f, --follow       goes on with what is logged from now on
      --since TIME   from then on, such as 10m or 2026-01-31T12:00:00
      --tail N       the last N lines; default 200
${stackUsage}`,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...stackOption,
        follow: { type: "boolean", short: "f", default: false },
        since: { type: "string" },
        tail: { type: "string", default: "200" },
      },
    });
    const running = await containers(stackName(values.stack));
    if (running.length === 0)
      throw new CommandError(`no container of stack "${values.stack}" here`);
    const [service] = positionals;
    const found = running.find((container) => container.service === service);
    if (!found)
      throw new UsageError(
        `${service ? `no service "${service}"` : "name a service"}: ${running.map((container) => container.service).join(", ")}`,
      );
    return attach("docker", [
      "logs",
      ...(values.follow ? ["--follow"] : []),
      ...(values.since ? ["--since", values.since] : []),
      ...["--tail", values.tail, found.id],
    ]);
  },
};
