// `npm run footprint`: how much memory each container of a stack takes, has taken at most, and may take.
import { parseArgs } from "node:util";
import { type Command, CommandError, UsageError } from "./command";
import { knownState } from "./deploy/known-state";
import { engineOf, nothingThere } from "./deploy/stack-host";
import { type ContainerState, type Engine, reachable } from "./engine";
import { type MemoryReading, parseReading, readMemory } from "./footprint/memory";
import { type Footprint, footprintOf, markdown, json, text } from "./footprint/report";
import { checkStackName } from "./setup/stack";
import { stackOption, stackUsage } from "./stack-option";

export const footprint: Command = {
  summary: "memory of each container: in use, the most so far, and its limit",
  usage: `npm run footprint [-- OPTIONS]

${stackUsage}
      --seconds N   looks for so long, and tells the least and the most in use in that time; default 0: once
      --json        for programs, in bytes
      --markdown    a table for documents

IN USE is what the container needs, without cached files that the kernel would give back. PEAK is the kernel's own count since the
container's start, with cached files: it never passes the limit, and may come near it without any harm. OOM counts processes that
were killed for want of memory.`,
  async run(args) {
    const { stack, seconds, form } = parseOptions(args);
    const state = await knownState(stack);
    const engine = await reachable(engineOf(state));
    const containers = (await engine.containers({ stack })).filter(isRunning);
    if (containers.length === 0) throw new CommandError(nothingThere(stack, state));
    const found = await watch(engine, containers, seconds);
    console.log(forms[form](found));
    return 0;
  },
};

const isRunning = ({ status }: ContainerState) => status === "running";

const forms = { text, json, markdown } as const;
type Form = keyof typeof forms;

interface Options {
  stack: string;
  seconds: number;
  form: Form;
}

export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      ...stackOption,
      seconds: { type: "string", default: "0" },
      json: { type: "boolean", default: false },
      markdown: { type: "boolean", default: false },
    },
  });
  if (values.json && values.markdown)
    throw new UsageError("--json and --markdown were given; take one of them");
  if (!/^\d{1,5}$/.test(values.seconds))
    throw new UsageError(`--seconds ${values.seconds}: a whole number from 0 to 99999 is wanted`);
  return {
    stack: checkStackName(values.stack),
    seconds: Number(values.seconds),
    form: values.json ? "json" : values.markdown ? "markdown" : "text",
  };
}

/** Looks again and again until the time is over; at least once. */
async function watch(
  engine: Engine,
  containers: readonly ContainerState[],
  seconds: number,
): Promise<Footprint[]> {
  const until = Date.now() + seconds * 1000;
  const readings = new Map<string, MemoryReading[]>(containers.map(({ id }) => [id, []]));
  for (;;) {
    await Promise.all(
      containers.map(async (container) => {
        const reading = await look(engine, container);
        if (reading) readings.get(container.id)!.push(reading);
      }),
    );
    if (Date.now() >= until) break;
    await new Promise((resolve) => setTimeout(resolve, betweenLooksMs));
  }
  return containers
    .map((container) => footprintOf(container, readings.get(container.id)!))
    .sort((a, b) => a.service.localeCompare(b.service));
}

/** A container that restarts has none for a moment. */
async function look(engine: Engine, container: ContainerState) {
  const printed = await engine.runInside(container, readMemory);
  return printed === undefined ? undefined : parseReading(printed);
}

const betweenLooksMs = 1000;
