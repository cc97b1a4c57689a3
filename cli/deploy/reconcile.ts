// What an interrupted deployment left: a lock whose process is dead, operations nobody knows the end of, and things on
// the engine that the state doesn't know. Put right, so that the next `up` or `destroy` goes on by itself.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { CommandError } from "../command";
import type { Engine, Labelled } from "../engine";
import { programOf } from "../processes";
import { pulumi, stateInFiles } from "../setup/stack";
import { isOurs } from "./ownership";
import { type StackState, stateOf } from "./state";

export async function reconcile(
  stack: string,
  engine: Engine,
  say: (line: string) => void,
): Promise<void> {
  await releaseDeadLocks(stack, say);
  const state = await stateOf(stack);
  if (state.pendingOperations > 0) {
    say(`an earlier run was killed during ${state.pendingOperations} operations`);
    await forgetPending(stack);
  }
  for (const stray of await strays(stack, engine, state)) {
    say(`removing ${stray.kind} ${stray.name}, which the state doesn't know`);
    await engine.remove(stray);
  }
}

/**
 * Drops the operations whose end nobody knows. What came of them is found out in what follows: strays by their labels,
 * everything else by the refresh of the next `up`. A refresh here would dial a host whose new key only the program
 * knows, and the program can't run on half of a stack.
 */
export async function forgetPending(stack: string): Promise<void> {
  const exported = await pulumi(["stack", "export", "--stack", stack]);
  await pulumi(["stack", "import", "--stack", stack], { input: withoutPending(exported) });
}

/** An exported state without operations under way; its secrets stay encrypted. */
export function withoutPending(exported: string): string {
  const state = JSON.parse(exported) as { deployment: Record<string, unknown> };
  return JSON.stringify({ ...state, deployment: { ...state.deployment, pending_operations: [] } });
}

/** Locks of runs that were killed; rejects while another run is at work. */
export async function releaseDeadLocks(stack: string, say: (line: string) => void): Promise<void> {
  if ((await deadLocks(stack)).length === 0) return;
  say("an earlier run was killed while it held the stack's lock: releasing it");
  await pulumi(["cancel", "--yes", "--stack", stack]);
}

/** Ours, but unknown to the state: made by a run that was killed before it could write that down. */
async function strays(stack: string, engine: Engine, state: StackState): Promise<Labelled[]> {
  const found = [
    ...(await engine.labelled("container", { stack })),
    ...(await engine.labelled("network", { stack })),
  ];
  return found.filter((thing) => !state.ids.has(thing.id) && isOurs(thing, state));
}

/** A run that was told to stop takes a moment to end. */
const endingTakesSeconds = 5;

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

/** Of a state in files; of every other Pulumi itself says whose lock it is, and that `pulumi cancel` releases it. */
function lockFolder(stack: string): string | undefined {
  const folder = stateInFiles();
  return folder && join(folder, "locks", "organization", "feedback-loop", stack);
}

interface Lock {
  pid: number;
  hostname: string;
}

/** Locks name the process that took them: those of this machine, by whether it still runs. */
export function locks(
  folder: string | undefined,
  machine: { hostname: string; runs: (pid: number) => boolean } = { hostname: hostname(), runs },
): { dead: Lock[]; living: Lock[] } {
  if (!folder || !existsSync(folder)) return { dead: [], living: [] };
  const mine = readdirSync(folder)
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
