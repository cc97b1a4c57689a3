// Other programs: run, listened to line by line, and ended with this one.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { CommandError } from "./command";

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string | Buffer;
  timeoutSeconds?: number;
  /** Called with each line of output as it comes, from both streams. */
  onLine?: (line: string) => void;
  /** What asks the program to stop; Pulumi wants SIGINT, on which it finishes what it is doing. */
  stopSignal?: NodeJS.Signals;
  /** Ends the program at once, without asking it. */
  kill?: AbortSignal;
}

export interface Result {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A program that ended with an error; the message holds the end of what it said. */
export class ProgramFailed extends CommandError {
  override readonly name = "ProgramFailed";

  constructor(
    readonly command: string,
    readonly result: Result,
  ) {
    super(
      `${command} ended with ${result.exitCode}:\n${lastLines(result.stderr || result.stdout)}`,
    );
  }
}

const linesOfAnError = 20;
export const lastLines = (text: string) =>
  text.trimEnd().split("\n").slice(-linesOfAnError).join("\n");

/** Exit codes by which shells report that there is no such program, and the signal that ended one. */
const noSuchProgram = 127;
const exitCodeOf = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const exitCodeOfOtherSignals = 137;

interface Running {
  /** Passes on that this process was asked to stop by `received`. */
  ask: (received: NodeJS.Signals) => void;
  kill: () => void;
}

const running = new Map<ChildProcess, Running>();
let stopping = false;

/**
 * Asks all programs to stop and ends with the last of them. A second signal ends everything at once; the first comes
 * twice in quick succession when both the terminal and npm send it.
 */
function stop(signal: keyof typeof exitCodeOf): void {
  const exit = () => process.exit(exitCodeOf[signal]);
  if (stopping) {
    if (Date.now() - stopAskedAt > secondSignalAfterMs) exit();
    return;
  }
  stopping = true;
  stopAskedAt = Date.now();
  if (running.size === 0) exit();
  console.error("stopping…");
  let left = running.size;
  for (const [child, { ask }] of running) {
    child.once("close", () => {
      left -= 1;
      if (left === 0) exit();
    });
    ask(signal);
  }
}

const secondSignalAfterMs = 1000;
let stopAskedAt = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
process.on("exit", () => running.forEach(({ kill }) => kill()));

/** Runs a program and resolves with what it printed, whatever its exit code; 127 when there is no such program. */
export function run(program: string, args: readonly string[], options: RunOptions = {}) {
  return new Promise<Result>((resolve) => {
    const { cwd, env, timeoutSeconds, stopSignal = "SIGTERM" } = options;
    // Of a process group of its own, so that what the program started ends with it, and a terminal's Ctrl-C comes once.
    const child = spawn(program, args, { cwd, env, detached: true, stdio: "pipe" });
    const kill = () => signalGroup(child, "SIGKILL");
    running.set(child, { ask: () => signalGroup(child, stopSignal), kill });
    const timer = timeoutSeconds && setTimeout(kill, timeoutSeconds * 1000);
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
      if (options.onLine) createInterface({ input: child[stream] }).on("line", options.onLine);
    }
    let missing = false;
    child.on("error", (error) => {
      missing = true;
      output.stderr += error.message;
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      if (timer) clearTimeout(timer);
      // While stopping, whoever waits for this result must not go on as if the program had failed by itself.
      if (!stopping)
        resolve({ exitCode: missing ? noSuchProgram : ended(code, signal), ...output });
    });
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/** Like `run`, but a program that fails is an error. Resolves with its standard output. */
export async function succeed(program: string, args: readonly string[], options: RunOptions = {}) {
  const result = await run(program, args, options);
  if (result.exitCode !== 0) throw new ProgramFailed(`${program} ${args[0] ?? ""}`.trim(), result);
  return result.stdout;
}

/** Runs a program with this terminal as its own. Resolves with its exit code. */
export function attach(program: string, args: readonly string[], options: RunOptions = {}) {
  return new Promise<number>((resolve, reject) => {
    const { cwd, env, stopSignal = "SIGINT" } = options;
    const child = spawn(program, args, { cwd, env, stdio: "inherit" });
    options.kill?.addEventListener("abort", () => child.kill("SIGKILL"));
    const ask = (received: NodeJS.Signals) => {
      // A terminal's Ctrl-C reaches the program by itself, and for Pulumi a second one means "at once".
      if (received !== "SIGINT" || !process.stdin.isTTY) child.kill(stopSignal);
    };
    running.set(child, { ask, kill: () => child.kill("SIGKILL") });
    child.on("error", (error) => {
      running.delete(child);
      reject(error);
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      if (!stopping) resolve(ended(code, signal));
    });
  });
}

/** Starts a program that outlives this one, in a session of its own. Its output goes to an open file. */
export function startDetached(
  program: string,
  args: readonly string[],
  logFile: number,
): ChildProcess {
  const child = spawn(program, args, { detached: true, stdio: ["ignore", logFile, logFile] });
  child.unref();
  return child;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

const ended = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? exitCodeOf[signal as keyof typeof exitCodeOf] ?? exitCodeOfOtherSignals;

/** Name of the program that runs under a process id; undefined when none does. A dead one that nobody has reaped has no
 * command line any more. */
export function programOf(pid: number): string | undefined {
  try {
    const [program = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return basename(program) || undefined;
  } catch {
    return undefined;
  }
}
