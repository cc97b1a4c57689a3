// What an interrupted deployment left: a lock whose process is dead, operations nobody knows the end of, and things on
// the engine that the state doesn't know. Put right, so that the next `up` or `destroy` goes on by itself.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { CommandError } from "../command";
import type { Engine } from "../engine";
import { root, stateFolder } from "../paths";
import { programOf } from "../processes";
import { pulumi } from "../setup/stack";

export async function reconcile(
  stack: string,
  engine: Engine,
  say: (line: string) => void,
): Promise<void> {
  const dead = await deadLocks(stack);
  if (dead.length > 0) {
    say("an earlier run was killed while it held the stack's lock: releasing it");
    await pulumi(["cancel", "--yes", "--stack", stack]);
  }
  const state = readState(await pulumi(["stack", "export", "--stack", stack]));
  if (state.pendingOperations > 0) {
    say(
      `an earlier run was killed during ${state.pendingOperations} operations: looking at what came of them`,
    );
    await pulumi([
      "refresh",
      "--yes",
      "--skip-preview",
      "--clear-pending-creates",
      "--stack",
      stack,
    ]);
  }
  const mine = { stack, owner: root };
  const onEngine = [
    ...(await engine.labelled("container", mine)),
    ...(await engine.labelled("network", mine)),
  ];
  for (const stray of onEngine.filter(({ id }) => !state.ids.has(id))) {
    say(`removing ${stray.kind} ${stray.name}, which the state doesn't know`);
    await engine.remove(stray);
  }
}

export interface State {
  /** Ids of all resources. */
  ids: ReadonlySet<string>;
  /** Begun, with nothing known of their end. */
  pendingOperations: number;
}

/** What is read here of `pulumi stack export`. */
export function readState(exported: string): State {
  const { deployment } = JSON.parse(exported) as {
    deployment?: { resources?: { id?: string }[]; pending_operations?: unknown[] };
  };
  return {
    ids: new Set((deployment?.resources ?? []).flatMap(({ id }) => (id ? [id] : []))),
    pendingOperations: deployment?.pending_operations?.length ?? 0,
  };
}

/** A run that was told to stop takes a moment to end. */
const endingTakesSeconds = 5;

/** Locks of runs that were killed; rejects while another run is at work. */
async function deadLocks(stack: string): Promise<Lock[]> {
  const deadline = Date.now() + endingTakesSeconds * 1000;
  for (;;) {
    const { dead, living } = locks(lockFolder(stack));
    const [holder] = living;
    if (!holder) return dead;
    if (Date.now() > deadline)
      throw new CommandError(
        `another run (process ${holder.pid}) is at work on the stack "${stack}": wait until it ends`,
      );
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Of the file backend below the clone; other backends settle it themselves, or say whose lock it is. */
const lockFolder = (stack: string) =>
  join(stateFolder, "locks", "organization", "feedback-loop", stack);

interface Lock {
  pid: number;
  hostname: string;
}

/** Locks name the process that took them: those of this machine, by whether it still runs. */
export function locks(
  folder: string,
  machine: { hostname: string; runs: (pid: number) => boolean } = { hostname: hostname(), runs },
): { dead: Lock[]; living: Lock[] } {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const mine = files
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Lock)
    .filter((lock) => lock.hostname === machine.hostname);
  return {
    dead: mine.filter(({ pid }) => !machine.runs(pid)),
    living: mine.filter(({ pid }) => machine.runs(pid)),
  };
}

/** The number may be another program's by now. */
const runs = (pid: number): boolean => programOf(pid) === "pulumi";
