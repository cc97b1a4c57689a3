// The command line: finds the command, runs it, and turns errors into words and an exit code.
import { CloudError } from "../infra/openstack";
import { backup } from "./backup";
import { bench } from "./bench";
import { ca } from "./ca";
import { check } from "./check";
import { type Command, CommandError, UsageError } from "./command";
import { destroy } from "./destroy";
import { doctor } from "./doctor";
import { footprint } from "./footprint";
import { handout } from "./handout";
import { images } from "./images";
import { lease } from "./lease";
import { logs } from "./logs";
import { model } from "./model";
import { preview } from "./preview";
import { pulumi } from "./pulumi";
import { restore } from "./restore";
import { rotate } from "./rotate";
import { stacks } from "./stacks";
import { start } from "./start";
import { status } from "./status";
import { sweep } from "./sweep";
import { test } from "./test";

/** In the order in which people meet them. */
const commands: Readonly<Record<string, Command>> = {
  start,
  status,
  stacks,
  logs,
  footprint,
  handout,
  ca,
  backup,
  restore,
  rotate,
  destroy,
  doctor,
  lease,
  sweep,
  images,
  preview,
  pulumi,
  model,
  check,
  test,
  bench,
};

/** These hand their arguments on, `--help` included. */
const passThrough = new Set(["pulumi", "model", "bench"]);

async function main([name = "--help", ...args]: string[]): Promise<number> {
  if (name === "--help" || name === "-h") {
    console.log(commandList());
    return 0;
  }
  const command = commands[name];
  if (!command)
    throw new UsageError(`no command "${name}"; there are ${Object.keys(commands).join(", ")}`);
  if (!passThrough.has(name) && args.some((arg) => arg === "--help" || arg === "-h")) {
    console.log(`${command.summary}\n\n${command.usage}`);
    return 0;
  }
  return command.run(args);
}

const commandList = () =>
  Object.entries(commands)
    .map(([name, { summary }]) => `npm run ${name.padEnd(9)} ${summary}`)
    .join("\n");

/** `parseArgs` of Node.js marks its complaints by a code. */
const isUsageError = (error: unknown): error is Error =>
  error instanceof Error &&
  String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS");

main(process.argv.slice(2)).then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    if (error instanceof CommandError || error instanceof CloudError) console.error(error.message);
    else if (isUsageError(error)) console.error(`${error.message}\nSee --help.`);
    else console.error(error);
    process.exit(error instanceof CommandError ? error.exitCode : isUsageError(error) ? 2 : 1);
  },
);
