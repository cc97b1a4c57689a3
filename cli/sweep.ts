// `npm run sweep`: takes out of an OpenStack project what stacks left there, by the marks that everything of theirs carries.
// Needs no state: that may be lost, or be a student's who has left.
import { parseArgs } from "node:util";
import {
  type Thing,
  Session,
  cloudNameOf,
  inWords,
  inventory,
  isGone,
  removeAll,
} from "../infra/openstack";
import { cloudSettings, defaultCloudStack } from "./cloud-settings";
import { type Command, UsageError } from "./command";
import { confirm } from "./confirm";
import { knownState } from "./deploy/known-state";
import { checkStackName } from "./setup/stack";
import { type Choice, chosen, expired, list, similarNames } from "./sweep/choices";

export const sweep: Command = {
  summary: "removes from the OpenStack project what a stack left there, without its state",
  usage: `npm run sweep -- -s STACK | --expired [OPTIONS]

  -s, --stack STACK     everything of this stack: servers, floating IPs, ports, security groups, volumes, its key pair
      --expired         everything of all stacks whose lease is over, whoever made them
      --volumes         also the volumes that their stacks keep on purpose
      --suffix SUFFIX   of the stack's name in the cloud; default: as its settings say
      --owner ID        where several people's stacks are called the same: whose
      --cloud CLOUD     which cloud of clouds.yaml; default: as the settings say
  -y, --yes             asks nothing

Touches nothing that doesn't carry the stack's marks. Where the stack's state is at hand, npm run destroy is better.`,
  async run(args) {
    const options = parseOptions(args);
    const settings = cloudSettings(options.stack ?? defaultCloudStack);
    const session = await Session.open(options.cloud ?? settings.cloud);
    const place = `project ${session.projectName} of cloud ${session.cloud.name}`;
    const { doomed, kept } = chosen(await candidates(session, options), options);
    if (kept.length > 0)
      console.log(`Kept on purpose (--volumes removes it, for good):\n${list(kept)}`);
    if (doomed.length === 0) {
      console.log(`Nothing to remove in ${place}.`);
      return 0;
    }
    console.log(`In ${place}:\n${list(doomed)}`);
    if (!options.yes) await ask(doomed, options.stack);
    await removeAll(session, doomed, console.log);
    return 0;
  },
};

interface Options extends Choice {
  /** Undefined: all expired ones. */
  stack?: string;
  suffix?: string;
  cloud?: string;
  yes: boolean;
}

export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      stack: { type: "string", short: "s" },
      expired: { type: "boolean", default: false },
      volumes: { type: "boolean", default: false },
      suffix: { type: "string" },
      owner: { type: "string" },
      cloud: { type: "string" },
      yes: { type: "boolean", short: "y", default: false },
    },
  });
  const { expired: allExpired, ...options } = values;
  if ((options.stack !== undefined) === allExpired)
    throw new UsageError("sweep: give either -s STACK or --expired");
  if (allExpired && options.suffix !== undefined)
    throw new UsageError("--suffix is part of one stack's name: it goes without --expired");
  if (options.stack !== undefined) checkStackName(options.stack);
  return options;
}

/** Everything that the options mean, whoever made it. */
async function candidates(
  session: Session,
  { stack, suffix }: Pick<Options, "stack" | "suffix">,
): Promise<Thing[]> {
  if (stack === undefined) return expiredOnes(session);
  const cloudName =
    suffix === undefined ? cloudSettings(stack).cloudName : cloudNameOf(stack, suffix);
  const found = await inventory(session, { cloudName });
  if (found.length === 0) {
    const others = similarNames(await inventory(session), cloudNameOf(stack));
    if (others.length > 0)
      console.log(
        `There is nothing of ${cloudName}, but of ${others.join(", ")}: --suffix names one of those.`,
      );
  }
  await warnOfState(stack, found);
  return found;
}

async function warnOfState(stack: string, found: readonly Thing[]): Promise<void> {
  const { ids } = await knownState(stack);
  if (found.some(({ id, name }) => id !== name && ids.has(id)))
    console.log(
      `This clone's state knows stack "${stack}": npm run destroy -- -s ${stack} would take it down with its state.`,
    );
}

/** A lease may have been prolonged since its end was written down; its flavor lives as long as it does. */
async function expiredOnes(session: Session): Promise<Thing[]> {
  const found = await inventory(session);
  const flavors = new Set(found.flatMap(({ flavorId }) => flavorId ?? []));
  const alive = new Set<string>();
  for (const id of flavors) if (await isReserved(session, id)) alive.add(id);
  return expired(found, alive, new Date());
}

async function isReserved({ compute }: Session, flavorId: string): Promise<boolean> {
  try {
    const { flavor } = await compute.get<{ flavor: { name: string } }>(`/flavors/${flavorId}`);
    return flavor.name.startsWith("reservation:");
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

async function ask(doomed: readonly Thing[], stack: string | undefined): Promise<void> {
  const data = doomed.filter(({ kind }) => kind === "volume").map(inWords);
  await confirm(
    `This removes all of them for good${data.length > 0 ? `, with the data on ${data.join(", ")}` : ""}.`,
    stack === undefined
      ? { word: "yes", what: "the word" }
      : { word: stack, what: "the name of the stack" },
  );
}
