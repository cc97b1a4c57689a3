// The end of a stack that has a server of its own in a cloud. What is on the server goes with it and is never asked for: it
// may be gone, or silent. Afterwards the cloud itself is looked at, so that what is said is true.
import {
  Session,
  type Thing,
  inWords,
  inventory,
  ownerMark,
  removeAll,
} from "../../infra/openstack";
import { cloudSettings } from "../cloud-settings";
import { CommandError, UsageError } from "../command";
import { destroyByState, forgetHost, forgetOnHost, inCloud } from "../deploy/forget";
import { forgetPending, releaseDeadLocks } from "../deploy/reconcile";
import { type StackState, noState, outputsOf } from "../deploy/state";
import type { StepLog } from "../setup/steps";
import { asStep } from "./as-step";
import { confirmLoss } from "./confirm-loss";

export interface CloudOptions {
  stack: string;
  volumes: boolean;
  yes: boolean;
  owner?: string;
  forget: boolean;
}

/** Resolves to the exit code. */
export async function destroyInCloud(options: CloudOptions, state: StackState): Promise<number> {
  const { stack, volumes, yes, forget } = options;
  if (options.owner !== undefined)
    throw new UsageError(
      `--owner is for a machine that several share; what the stack "${stack}" left in its cloud without a state: npm run sweep -- -s ${stack}`,
    );
  const place = placeInCloud(stack, state);
  if (forget) return forgetCloud(stack, state, place);
  const session = await openedFor(stack, place);
  const before = await thingsOf(session, place, state);
  const kept = before.ours.filter(({ keep }) => keep);
  if (volumes && !yes) await confirmLoss(stack, kept.map(inWords));
  if (state !== noState) await asStep((log) => destroyStack(stack, state, log));
  const left = (await thingsOf(session, place, state)).ours;
  const doomed = left.filter(({ keep }) => !keep || volumes);
  if (doomed.length > 0) await removeAll(session, doomed, console.log);
  const after = (await thingsOf(session, place, state)).ours;
  console.log(cloudReport({ stack, place, before: before.ours, after, others: before.others }));
  return after.some(({ keep }) => !keep) ? 1 : 0;
}

/** Where the stack's things are, by what was deployed; else by the settings. */
export interface Place {
  cloud: string;
  cloudName: string;
  /** Whether the stack's server is on a lease that isn't over, as far as it is known. */
  hasLease: boolean;
}

function placeInCloud(stack: string, state: StackState): Place {
  const { cloud, cloudName, reservationId } = cloudSettings(stack);
  const provider = state.resources.find(({ type }) => type === "pulumi:providers:openstack");
  const outputs = outputsOf(state);
  return {
    cloud: textOr(provider?.inputs?.["cloud"], cloud),
    cloudName: textOr(outputs["cloudName"], cloudName),
    hasLease: reservationId !== "" && !(Date.parse(textOr(outputs["expiresAt"], "")) < Date.now()),
  };
}

const textOr = (value: unknown, fallback: string): string =>
  typeof value === "string" && value !== "" ? value : fallback;

async function openedFor(stack: string, { cloud }: Place): Promise<Session> {
  try {
    return await Session.open(cloud);
  } catch (error) {
    throw new CommandError(
      `The cloud "${cloud}" can't be asked: ${(error as Error).message}
Nothing was removed. When its project is gone for good, this ends the stack without asking it:
  npm run destroy -- --forget -s ${stack}`,
    );
  }
}

interface Things {
  ours: Thing[];
  others: Thing[];
}

const thingsOf = async (session: Session, { cloudName }: Place, state: StackState) =>
  byOwner(await inventory(session, { cloudName }), state);

/** What carries the stack's name in the cloud, by whose it is. Of a state that is lost nothing is: that is for sweep. */
export function byOwner(
  found: readonly Thing[],
  { ids, owner }: Pick<StackState, "ids" | "owner">,
): Things {
  const isOurs = (thing: Thing) =>
    ids.has(thing.id) || (owner !== undefined && thing.owner === ownerMark(owner));
  const others = found.filter((thing) => !isOurs(thing));
  // A key pair has no marks: one that a killed run made shows by what else there is, or isn't.
  const isStray = ({ kind }: Thing) =>
    kind === "key pair" &&
    owner !== undefined &&
    others.every((other) => other.kind === "key pair" || other.keep);
  return {
    ours: found.filter((thing) => isOurs(thing) || isStray(thing)),
    others: others.filter((thing) => !isStray(thing)),
  };
}

async function destroyStack(stack: string, state: StackState, log: StepLog): Promise<void> {
  await releaseDeadLocks(stack, log.say);
  if (state.pendingOperations > 0) await forgetPending(stack);
  await forgetOnHost(stack, log);
  await destroyByState(stack, log);
}

interface Told {
  stack: string;
  place: Place;
  before: readonly Thing[];
  after: readonly Thing[];
  others: readonly Thing[];
}

/** What was removed, what stays, and what goes on to cost something. */
export function cloudReport({ stack, place, before, after, others }: Told): string {
  const stays = new Set(after.map(({ id }) => id));
  const kept = ({ keep }: Thing) => keep;
  return [
    ...(before.length === 0
      ? [`The state of the stack "${stack}" has nothing in the cloud "${place.cloud}".`]
      : []),
    ...headed(
      "Removed, with all that was on the server:",
      before.filter(({ id }) => !stays.has(id)),
    ),
    ...headed(
      "Still there, though it was removed:",
      after.filter(({ keep }) => !keep),
    ),
    ...headed(
      `Left alone, of another state, under the same name (npm run sweep -- -s ${stack} removes it):`,
      others.filter(({ keep }) => !keep),
    ),
    ...keptInWords(stack, [...after.filter(kept), ...others.filter(kept)]),
    ...(place.hasLease
      ? [`The lease goes on until its end; npm run lease -- delete -s ${stack} gives it back.`]
      : []),
  ].join("\n");
}

const headed = (heading: string, things: readonly Thing[]): string[] =>
  things.length === 0 ? [] : [heading, ...things.map(line)];

const keptInWords = (stack: string, volumes: readonly Thing[]): string[] =>
  volumes.length === 0
    ? []
    : [
        ...headed("Kept, with its data:", volumes),
        `  away with it:      npm run sweep -- -s ${stack} --volumes`,
        `  to use it again:   npm run pulumi -- config set --path dataVolume.id ${volumes[0]!.id} -s ${stack}`,
      ];

const line = (thing: Thing): string => `  ${inWords(thing)}`;

/** Ends a stack whose cloud is gone, and says what nobody could look after. */
async function forgetCloud(stack: string, state: StackState, { cloud }: Place): Promise<number> {
  if (await answers(cloud))
    throw new UsageError(
      `--forget is for a cloud that is gone, and "${cloud}" answers: leave it out. A server that is gone needs no --forget`,
    );
  if (state.resources.length === 0) {
    console.log(`The state has nothing of the stack "${stack}".`);
    return 0;
  }
  await asStep((log) => forgetHost(stack, log));
  console.log(
    [
      `Forgotten, not removed, because the cloud "${cloud}" can't be asked; if it ever can, they are still there:`,
      ...inCloud(state).map(({ kind, name }) => `  ${kind} ${name}`),
    ].join("\n"),
  );
  return 0;
}

const answers = (cloud: string): Promise<boolean> =>
  Session.open(cloud).then(
    () => true,
    () => false,
  );
