// What set-up is made of: steps, run side by side as far as what they need allows.
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { CloudError } from "../../infra/openstack";
import { CommandError } from "../command";
import { ProgramFailed, type RunOptions, lastLines, succeed } from "../processes";

export interface Step {
  name: string;
  /** Names of the steps that come before. */
  needs: readonly string[];
  /** Keeps a processor busy: only one such step runs at a time. */
  heavy?: boolean;
  /** What is there already, in a few words; undefined when there is something to do. */
  done(): Promise<string | undefined>;
  /** Does it, so that an interrupted run is finished by the next one. Resolves with what is there now. */
  run(log: StepLog): Promise<string>;
}

export interface StepLog {
  /** One line for the person who waits. */
  say: (line: string) => void;
  /** One line for the log file. */
  write: (line: string) => void;
  /** What takes the time now, for the person who wonders; without it that is the last line of the log. */
  doing: (what: string) => void;
  /** Runs a program whose output goes to the log file. Resolves with its standard output. */
  run: (program: string, args: readonly string[], options?: RunOptions) => Promise<string>;
}

/** A step that failed: what, the end of its log, and where the log is. */
export class StepFailed extends CommandError {
  override readonly name = "StepFailed";
}

export interface RunStepsOptions {
  logFolder: string;
  print?: (line: string) => void;
  /** How often a step that says nothing is reported to be alive. */
  stillRunningSeconds?: number;
}

export type State = "waiting" | "running" | "done";

/** The steps that may start now. Pure, so that order and limits can be tested without running anything. */
export function startable(steps: readonly Step[], states: ReadonlyMap<string, State>): Step[] {
  let heavyRunning = steps.some(({ name, heavy }) => heavy && states.get(name) === "running");
  return steps.filter((step) => {
    if (states.get(step.name) !== "waiting") return false;
    if (!step.needs.every((name) => states.get(name) === "done")) return false;
    if (step.heavy && heavyRunning) return false;
    heavyRunning ||= step.heavy ?? false;
    return true;
  });
}

/** Runs all steps; rejects with `StepFailed` at the first that fails, when no other is started any more. */
export async function runSteps(steps: readonly Step[], options: RunStepsOptions): Promise<void> {
  checkOrder(steps);
  mkdirSync(options.logFolder, { recursive: true });
  const started = Date.now();
  const print = options.print ?? console.log;
  const say = (step: Step, line: string) => print(`[${seconds(started)} s] ${step.name}: ${line}`);
  const states = new Map<string, State>(steps.map(({ name }) => [name, "waiting"]));
  const running = new Map<string, Promise<string>>();
  for (;;) {
    for (const step of startable(steps, states)) {
      states.set(step.name, "running");
      running.set(
        step.name,
        runStep(step, options, (line) => say(step, line)).then(() => step.name),
      );
    }
    if (running.size === 0) return;
    const finished = await Promise.race(running.values());
    running.delete(finished);
    states.set(finished, "done");
  }
}

async function runStep(step: Step, options: RunStepsOptions, say: (line: string) => void) {
  const started = Date.now();
  const log = openLog(join(options.logFolder, `${step.name}.log`), say);
  const silence = reminder(options.stillRunningSeconds ?? stillRunningSeconds, log, () =>
    say(`still at it after ${seconds(started)} s${log.last() ? `: ${log.last()}` : ""}`),
  );
  try {
    const already = await step.done();
    if (already !== undefined) return say(`${already} (already there)`);
    say("started");
    const result = await step.run(log);
    say(`${result} (${seconds(started)} s)`);
  } catch (error) {
    log.write(reason(error));
    throw new StepFailed(`${step.name} failed; the end of its log (${log.file}):\n${log.end()}`);
  } finally {
    clearInterval(silence);
    log.close();
  }
}

/** What a program said is in the log already. */
function reason(error: unknown): string {
  if (error instanceof ProgramFailed) return `${error.command} ended with ${error.result.exitCode}`;
  if (error instanceof CommandError || error instanceof CloudError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function openLog(file: string, say: (line: string) => void) {
  // Written at once: an exit in the middle of a step must not lose the end.
  const descriptor = openSync(file, "w");
  const lines: string[] = [];
  const write = (line: string) => {
    writeSync(descriptor, `${line}\n`);
    lines.push(line);
    if (lines.length > linesKept) lines.shift();
  };
  const run = (program: string, args: readonly string[], options: RunOptions = {}) =>
    succeed(program, args, { onLine: write, ...options });
  const sayAndWrite = (line: string) => {
    write(line);
    saidAt = Date.now();
    say(line);
  };
  let saidAt = Date.now();
  let now = "";
  const doing = (what: string) => void (now = what);
  const last = () => (now || (lines.at(-1) ?? "")).trim().slice(0, longestReminder);
  const end = () => lastLines(lines.join("\n"));
  return {
    file,
    write,
    run,
    say: sayAndWrite,
    doing,
    last,
    end,
    saidAt: () => saidAt,
    close: () => closeSync(descriptor),
  };
}

const stillRunningSeconds = 30;
const linesKept = 200;
const longestReminder = 100;

/** Reminds while nothing else is said. */
const reminder = (everySeconds: number, log: { saidAt: () => number }, remind: () => void) =>
  setInterval(() => {
    if (Date.now() - log.saidAt() >= everySeconds * 1000) remind();
  }, everySeconds * 1000).unref();

const seconds = (since: number) => Math.round((Date.now() - since) / 1000);

/** A step that waits for itself, or for one that isn't there, would wait for ever. */
function checkOrder(steps: readonly Step[]): void {
  const placed = new Set<string>();
  for (const { name, needs } of steps) {
    const missing = needs.filter((need) => !placed.has(need));
    if (missing.length > 0)
      throw new Error(`step "${name}" needs ${missing.join(", ")}, which must come before it`);
    placed.add(name);
  }
}
