// `npm run stacks`: what runs, where, since when and until when: what the state knows, and what is on this machine's engine
// without being in it.
import { parseArgs } from "node:util";
import { makerOf } from "../infra/runtime/owner";
import type { Command } from "./command";
import { isOurs } from "./deploy/ownership";
import { engineOf, hasPlace, placeOf } from "./deploy/stack-host";
import { type StackState, outputsOf, stateOf } from "./deploy/state";
import { type ContainerState, Engine } from "./engine";
import { providePulumi } from "./setup/machine";
import { pulumi } from "./setup/stack";
import { table } from "./status";

export const stacks: Command = {
  summary: "all stacks of this clone or backend: where, since when, until when",
  usage: "npm run stacks [-- --json]\n\n      --json          for programs",
  async run(args) {
    const { values } = parseArgs({ args, options: { json: { type: "boolean", default: false } } });
    await providePulumi();
    const known = await Promise.all((await stackNames()).map(lookAt));
    const found = [...known.map(({ row }) => row), ...(await strangers(known))];
    console.log(values.json ? JSON.stringify(found, null, 2) : text(found));
    return 0;
  },
};

/** One line of the list, and one object of `--json`. */
export interface StackRow {
  stack: string;
  /** Endpoint of its engine, `this machine`, or `-` when it isn't deployed. */
  where: string;
  /** `N of M containers run`, `not deployed`, or why nobody can tell. */
  state: string;
  /** When the oldest thing that is there was made, ISO 8601. */
  since?: string;
  /** When its machine will be gone, ISO 8601: the stack's output `expiresAt`. */
  until?: string;
  /** Machine and clone that made it. */
  madeBy?: string;
  /** Whether this clone's state knows it. */
  inState: boolean;
}

interface Known {
  name: string;
  state: StackState;
  row: StackRow;
}

async function stackNames(): Promise<string[]> {
  const listed = JSON.parse(await pulumi(["stack", "ls", "--json"])) as { name: string }[];
  return listed.map(({ name }) => name.split("/").at(-1) ?? name).sort();
}

async function lookAt(name: string): Promise<Known> {
  const state = await stateOf(name);
  const engine = engineOf(state);
  const problem = hasContainers(state) ? await engine.problem() : undefined;
  const containers =
    problem || !hasContainers(state) ? [] : await containersOf(engine, name, state);
  return { name, state, row: knownRow(name, state, { problem, containers }) };
}

const containerType = "docker:index/container:Container";
const containerCount = ({ resources }: StackState) =>
  resources.filter(({ type }) => type === containerType).length;
const hasContainers = (state: StackState) => containerCount(state) > 0;

const containersOf = async (engine: Engine, stack: string, state: StackState) =>
  (await engine.containers({ stack })).filter((container) => isOurs(container, state));

export function knownRow(
  stack: string,
  state: StackState,
  { problem, containers }: { problem?: string; containers: readonly ContainerState[] },
): StackRow {
  const { expiresAt } = outputsOf(state);
  return {
    stack,
    where: hasPlace(state) ? placeOf(state) : "-",
    state: stateInWords(state, { problem, containers }),
    ...optional("since", oldest(state.resources.map(({ created }) => created))),
    ...optional("until", typeof expiresAt === "string" ? expiresAt : undefined),
    ...optional("madeBy", state.owner && makerInWords(state.owner)),
    inState: true,
  };
}

function stateInWords(
  state: StackState,
  { problem, containers }: { problem?: string; containers: readonly ContainerState[] },
): string {
  if (state.resources.length === 0) return "not deployed";
  if (problem) return `can't be reached: ${problem}`;
  return running(containers, containerCount(state));
}

/** `3 of 4 containers run`. */
const running = (containers: readonly ContainerState[], count = containers.length) =>
  `${containers.filter(({ status }) => status === "running").length} of ${count} containers run`;

/** Stacks on this machine's engine that no state here knows: other clones', or of states that are lost. */
async function strangers(known: readonly Known[]): Promise<StackRow[]> {
  const engine = new Engine();
  if (await engine.problem()) return [];
  const ours = new Map(known.map(({ name, state }) => [name, state]));
  return strangerRows(
    (await engine.containers({})).filter((container) => {
      const state = ours.get(container.stack);
      return !state || !isOurs(container, state);
    }),
  );
}

export function strangerRows(containers: readonly ContainerState[]): StackRow[] {
  const groups = new Map<string, ContainerState[]>();
  for (const container of containers) {
    const key = `${container.stack} ${container.owner}`;
    groups.set(key, [...(groups.get(key) ?? []), container]);
  }
  return [...groups.values()].map((group) => ({
    stack: group[0]!.stack,
    where: "this machine",
    state: running(group),
    ...optional("since", oldest(group.map(({ createdAt }) => createdAt))),
    madeBy: makerInWords(group[0]!.owner),
    inState: false,
  }));
}

const oldest = (times: readonly (string | undefined)[]): string | undefined =>
  times.flatMap((time) => (time ? [time] : [])).sort()[0];

const optional = <Key extends string>(key: Key, value: string | undefined) =>
  (value ? { [key]: value } : {}) as Partial<Record<Key, string>>;

function makerInWords(owner: string): string {
  const { host, clone } = makerOf(owner);
  return host ? `${host}:${clone}` : clone;
}

function text(rows: readonly StackRow[]): string {
  if (rows.length === 0) return "No stack: npm start makes one.";
  const time = (value?: string) => value?.slice(0, 16).replace("T", " ") ?? "-";
  return table([
    ["STACK", "WHERE", "STATE", "SINCE (UTC)", "UNTIL (UTC)", "MADE BY"],
    ...rows.map((row) => [
      row.stack,
      row.where,
      row.state,
      time(row.since),
      time(row.until),
      `${row.madeBy ?? "-"}${row.inState ? "" : " (not in this state)"}`,
    ]),
  ]);
}
