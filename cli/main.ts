// The command line: finds the command, runs it, and turns errors into words and an exit code.
import { type Command, CommandError, UsageError } from "./command";

/** Loaded when asked for, so that no command waits for what another one needs. */
const commands: Record<string, () => Promise<Command>> = {
  start: async () => (await import("./start")).start,
  status: async () => (await import("./status")).status,
  logs: async () => (await import("./logs")).logs,
  destroy: async () => (await import("./destroy")).destroy,
  pulumi: async () => (await import("./pulumi")).pulumi,
  model: async () => (await import("./model")).model,
  check: async () => (await import("./check")).check,
  test: async () => (await import("./test")).test,
};

/** These hand their arguments on, `--help` included. */
const passThrough = new Set(["pulumi", "model"]);

async function main([name = "--help", ...args]: string[]): Promise<number> {
  if (name === "--help" || name === "-h") return listCommands();
  const load = commands[name];
  if (!load)
    throw new UsageError(`no command "${name}"; there are ${Object.keys(commands).join(", ")}`);
  const command = await load();
  if (!passThrough.has(name) && args.some((arg) => arg === "--help" || arg === "-h")) {
    console.log(`${command.summary}\n\n${command.usage}`);
    return 0;
  }
  return command.run(args);
}

async function listCommands(): Promise<number> {
  for (const [name, load] of Object.entries(commands))
    console.log(`npm run ${name.padEnd(8)} ${(await load()).summary}`);
  return 0;
}

/** `parseArgs` of Node.js marks its complaints by a code. */
const isUsageError = (error: unknown): error is Error =>
  error instanceof Error &&
  String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS");

main(process.argv.slice(2)).then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    if (error instanceof CommandError) console.error(error.message);
    else if (isUsageError(error)) console.error(`${error.message}\nSee --help.`);
    else console.error(error);
    process.exit(error instanceof CommandError ? error.exitCode : isUsageError(error) ? 2 : 1);
  },
);
