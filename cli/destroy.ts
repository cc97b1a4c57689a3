// `npm run destroy`: takes a stack down, and then looks at the engine itself, so that what it says is true also when the
// state was wrong or is lost.
import { parseArgs } from "node:util";
import { type Command, CommandError, UsageError } from "./command";
import { destroyByState, forgetHost, isInCloud, onHost } from "./deploy/forget";
import { isOf, isOurs } from "./deploy/ownership";
import { reconcile } from "./deploy/reconcile";
import { knownState } from "./deploy/known-state";
import { engineOfStack, placeOf } from "./deploy/stack-host";
import { type StackState, noState } from "./deploy/state";
import { asStep } from "./destroy/as-step";
import { confirmLoss } from "./destroy/confirm-loss";
import { destroyInCloud } from "./destroy/in-cloud";
import type { Engine, Kind, Labelled } from "./engine";
import { root } from "./paths";
import { checkStackName, targetInFile } from "./setup/stack";
import { stackOption, stackUsage } from "./stack-option";

export const destroy: Command = {
  summary: "removes a stack; its data stays unless you say otherwise",
  usage: `npm run destroy [-- OPTIONS]

${stackUsage}
      --volumes       also removes the data, after a question
  -y, --yes           asks nothing
      --owner OWNER   removes what another clone or a lost state left on this engine: the clone's folder, or the whole
                      label that a message named
      --forget        for a host that is gone for good: removes the stack from the state without asking the host

Ends with 1 when the host can't be reached; then nothing was removed. A server of the stack's own, in a cloud, goes with all
that is on it, whether it can be reached or not; a data volume that is kept is named.`,
  async run(args) {
    const options = parseOptions(args);
    const { stack } = options;
    const state = await knownState(stack);
    if (isInCloud(state) || targetInFile(stack) === "chameleon")
      return destroyInCloud(options, state);
    const engine = await engineOfStack(stack, state);
    const problem = await engine.problem();
    if (options.forget) return forget(stack, state, problem);
    if (problem) throw new CommandError(unreachable(stack, state, problem));
    const target = targetOf(options, state);
    if (options.volumes && !options.yes) await confirmLossOn(engine, target);
    const before = await everything(engine, stack);
    if (target.byState) await destroyStack(engine, stack);
    await sweep(engine, target, options.volumes);
    const after = await everything(engine, stack);
    console.log(report(stack, before.filter(target.isMeant), after.filter(target.isMeant)));
    const others = leftAlone(after.filter((thing) => !target.isMeant(thing)));
    if (others) console.log(others);
    return 0;
  },
};

interface Options {
  stack: string;
  volumes: boolean;
  yes: boolean;
  owner?: string;
  forget: boolean;
}

function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      ...stackOption,
      volumes: { type: "boolean", default: false },
      yes: { type: "boolean", short: "y", default: false },
      owner: { type: "string" },
      forget: { type: "boolean", default: false },
    },
  });
  checkStackName(values.stack);
  if (values.forget && (values.volumes || values.owner))
    throw new UsageError(
      "--forget removes nothing from a host: it goes without --volumes, --owner",
    );
  return values;
}

interface Target {
  stack: string;
  /** Whether something that carries the stack's name is to go. */
  isMeant: (thing: Labelled) => boolean;
  /** Whether the state's resources are to go by Pulumi. */
  byState: boolean;
}

function targetOf({ stack, owner }: Options, state: StackState): Target {
  if (owner !== undefined && owner !== root && owner !== state.owner)
    return { stack, isMeant: (thing) => isOf(thing, owner), byState: false };
  // Where the state is lost, or at its end, what this clone made is all there is to go by.
  const isMeant = (thing: Labelled) =>
    isOurs(thing, state) || (state.owner === undefined && isOf(thing, root));
  return { stack, isMeant, byState: state !== noState };
}

/** In an order in which nothing removed is still in use. */
const kinds: readonly Kind[] = ["container", "network", "image", "volume"];

async function everything(engine: Engine, stack: string): Promise<Labelled[]> {
  return (await Promise.all(kinds.map((kind) => engine.labelled(kind, { stack })))).flat();
}

async function confirmLossOn(engine: Engine, { stack, isMeant }: Target): Promise<void> {
  const volumes = (await engine.labelled("volume", { stack })).filter(isMeant);
  await confirmLoss(
    stack,
    volumes.map(({ name }) => name),
  );
}

/** What the state knows goes by Pulumi. */
const destroyStack = (engine: Engine, stack: string) =>
  asStep(async (log) => {
    await reconcile(stack, engine, log.say);
    await destroyByState(stack, log);
  });

/** Removes by label what is still there. Data goes only when asked for. */
async function sweep(engine: Engine, { stack, isMeant }: Target, volumes: boolean): Promise<void> {
  for (const kind of kinds.filter((candidate) => candidate !== "volume" || volumes))
    for (const left of (await engine.labelled(kind, { stack })).filter(isMeant))
      await engine.remove(left);
}

const line = ({ kind, name }: { kind: string; name: string }) => `  ${kind.padEnd(9)}  ${name}`;

/** What was removed and what was kept. */
export function report(
  stack: string,
  before: readonly Labelled[],
  after: readonly Labelled[],
): string {
  const kept = new Set(after.map(({ id }) => id));
  const removed = before.filter(({ id }) => !kept.has(id));
  if (before.length === 0) return `Nothing of this clone's stack "${stack}" is on the engine.`;
  return [
    removed.length === 0 ? "Nothing was left to remove." : "Removed:",
    ...removed.map(line),
    ...(after.length === 0 ? [] : ["Kept for the next npm start (--volumes removes it):"]),
    ...after.map(line),
  ].join("\n");
}

/** What carries the stack's name and is another's. */
export const leftAlone = (others: readonly Labelled[]): string =>
  [...new Set(others.map(({ owner }) => owner))]
    .flatMap((owner) => [
      `Left alone, made by ${owner} (--owner '${owner}' removes it):`,
      ...others.filter((thing) => thing.owner === owner).map(line),
    ])
    .join("\n");

export const unreachable = (stack: string, state: StackState, problem: string): string =>
  `The Docker Engine can't be reached: ${problem}
Nothing was removed.${
    onHost(state).length === 0
      ? ""
      : ` The state knows ${onHost(state).length} things of the stack "${stack}" on ${placeOf(state)}.
When that host is gone for good, this removes them from the state without asking it:
  npm run destroy -- --forget -s ${stack}`
  }`;

/** Ends a stack whose host is gone, and says what nobody could look after. */
async function forget(
  stack: string,
  state: StackState,
  problem: string | undefined,
): Promise<number> {
  if (!problem)
    throw new UsageError(
      `--forget is for a host that is gone, and the engine on ${placeOf(state)} answers: leave it out`,
    );
  if (state.resources.length === 0) {
    console.log(`The state has nothing of the stack "${stack}".`);
    return 0;
  }
  await asStep((log) => forgetHost(stack, log));
  console.log(forgotten(state));
  return 0;
}

export const forgotten = (state: Pick<StackState, "resources">): string =>
  [
    `Forgotten, not removed, because ${placeOf(state)} can't be reached; if that host ever returns, they are still there:`,
    ...onHost(state).map(line),
  ].join("\n");
