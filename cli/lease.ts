// `npm run lease`: the reservation that a server of KVM@TACC needs, made, shown, prolonged and given back, and written to the
// settings of the stack that is to run on it.
import { parseArgs } from "node:util";
import {
  type Lease,
  Session,
  activeLease,
  createLease,
  deleteLease,
  isAlive,
  leaseEnd,
  leases,
  moveLeaseEnd,
  reservationIn,
} from "../infra/openstack";
import { type CloudSettings, cloudSettings, defaultCloudStack } from "./cloud-settings";
import { type Command, CommandError, UsageError } from "./command";
import { confirm } from "./confirm";
import {
  type Standing,
  chosenLease,
  flavorId,
  hoursOf,
  later,
  leaseInWords,
  refusedLease,
  standing,
} from "./lease/choices";
import { logFolder } from "./paths";
import { providePulumi, remoteSteps } from "./setup/machine";
import { checkStackName, pulumi, stackExists, stackStep } from "./setup/stack";
import { runSteps } from "./setup/steps";

export const lease: Command = {
  summary: "the reservation that a stack's server on KVM@TACC needs",
  usage: `npm run lease -- create|show|extend|delete [OPTIONS]

  create   makes a reservation that starts now, and writes its id and its end to the stack's settings
  show     the stack's lease, and what other leases of yours there are in the project
  extend   lets it end later
  delete   gives it back; a server on it goes with it

  -s, --stack STACK     whose reservation; default ${defaultCloudStack}
      --hours N         how long from now (create; default 8), or how much longer (extend)
      --flavor FLAVOR   size of the server (create); default m1.medium
      --name NAME       name of the lease; default: the stack's name in the cloud
      --cloud CLOUD     another cloud of clouds.yaml than the stack's: the same project, with a login that may make leases
  -y, --yes             asks nothing (delete)`,
  async run(args) {
    const options = parseOptions(args);
    const settings = cloudSettings(options.stack);
    const session = await Session.open(options.cloud ?? settings.cloud);
    const name = options.name ?? settings.cloudName;
    return verbs[options.verb]({ ...options, name, settings, session });
  },
};

interface Options {
  verb: keyof typeof verbs;
  stack: string;
  hours?: number;
  flavor: string;
  name?: string;
  cloud?: string;
  yes: boolean;
}

export function parseOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      stack: { type: "string", short: "s", default: defaultCloudStack },
      hours: { type: "string" },
      flavor: { type: "string", default: "m1.medium" },
      name: { type: "string" },
      cloud: { type: "string" },
      yes: { type: "boolean", short: "y", default: false },
    },
  });
  const [verb = ""] = positionals;
  if (!isVerb(verb) || positionals.length > 1)
    throw new UsageError(
      `${["lease", ...positionals].join(" ")}: give one of ${Object.keys(verbs).join(", ")}`,
    );
  checkStackName(values.stack);
  return { ...values, verb, hours: values.hours === undefined ? undefined : hoursOf(values.hours) };
}

const isVerb = (word: string): word is keyof typeof verbs => Object.keys(verbs).includes(word);

interface Asked extends Options {
  name: string;
  settings: CloudSettings;
  session: Session;
}

const defaultHours = 8;

async function create(asked: Asked): Promise<number> {
  const { session, settings, name, stack, hours = defaultHours } = asked;
  const found = await standingOf(session, settings, name);
  if (found.own)
    throw new CommandError(
      `stack "${stack}" has a lease already: ${leaseInWords(found.own, new Date())}
Let it end later by: npm run lease -- extend --hours N -s ${stack}
or give it back by:  npm run lease -- delete -s ${stack}`,
    );
  // A misspelt one is told before minutes of set-up; the set-up comes before what costs from its first minute.
  const flavor = found.sameName ? "" : await flavorIdOf(session, asked.flavor);
  await runSteps([...remoteSteps, stackStep(stack)], { logFolder });
  const wanted = { name, flavorId: flavor, end: later(new Date(), hours) };
  // An earlier run may have been ended between the lease and the settings.
  const made = found.sameName
    ? await activeLease(session, found.sameName.id)
    : await asLeaseMaker(asked, () => createLease(session, wanted));
  const reservation = reservationIn(made);
  if (!reservation)
    throw new CommandError(
      `the lease ${made.name} (${made.id}) has no flavor reservation; give another --name`,
    );
  console.log(`${found.sameName ? "found" : "made"} ${leaseInWords(made, new Date())}`);
  await set(stack, ["--path", "openstack.reservationId"], reservation.id);
  await set(stack, ["leaseEnd"], leaseEnd(made));
  console.log(
    `openstack.reservationId and leaseEnd of stack "${stack}" are set; npm start -- -s ${stack} deploys it`,
  );
  console.log(`reservation: ${reservation.id}`);
  return 0;
}

async function flavorIdOf({ compute }: Session, name: string): Promise<string> {
  return flavorId(await compute.list<{ id: string; name: string }>("/flavors", "flavors"), name);
}

async function show({ session, settings, name, stack }: Asked): Promise<number> {
  const { own, others } = await standingOf(session, settings, name);
  const now = new Date();
  console.log(own ? leaseInWords(own, now) : `stack "${stack}" has no lease that lives`);
  if (!own && settings.reservationId !== "")
    console.log(
      `its reservation ${settings.reservationId} is over or was deleted; npm run lease -- create -s ${stack} makes a new one`,
    );
  if (others.length > 0)
    console.log(
      ["other leases of yours:", ...others.map((one) => `  ${leaseInWords(one, now)}`)].join("\n"),
    );
  return own ? 0 : 1;
}

async function extend({ session, settings, name, stack, hours }: Asked): Promise<number> {
  if (hours === undefined) throw new UsageError("lease extend: say by how much, as in --hours 4");
  const found = chosenLease(await standingOf(session, settings, name), stack);
  const end = later(new Date(leaseEnd(found)), hours);
  const moved = await asLeaseMaker({ session, stack }, () => moveLeaseEnd(session, found.id, end));
  console.log(leaseInWords(moved, new Date()));
  if (await isThere(stack)) await set(stack, ["leaseEnd"], leaseEnd(moved));
  console.log(`npm start -- -s ${stack} brings the new end to the stack's outputs and its marks`);
  return 0;
}

async function remove({ session, settings, name, stack, yes }: Asked): Promise<number> {
  const found = await standingOf(session, settings, name);
  if (!found.own && !found.sameName && settings.reservationId !== "") {
    await forget(stack);
    console.log(
      `the reservation ${settings.reservationId} was over already; stack "${stack}" has none now`,
    );
    return 0;
  }
  const given = chosenLease(found, stack);
  if (!yes) await confirmEnd(session, given);
  await asLeaseMaker({ session, stack }, () => deleteLease(session, given.id));
  console.log(`gave back the lease ${given.name} (${given.id})`);
  if (given === found.own) await forget(stack);
  return 0;
}

async function confirmEnd(session: Session, given: Lease): Promise<void> {
  const doomed = await serversOn(session, given);
  await confirm(
    [
      `This gives back ${leaseInWords(given, new Date())}.`,
      ...doomed.map((server) => `The server ${server} and its disk go with it.`),
    ].join("\n"),
    { word: given.name, what: "the name of the lease" },
  );
}

/** Takes the reservation out of the stack's settings. */
async function forget(stack: string): Promise<void> {
  if (!(await isThere(stack))) return;
  await pulumi(["config", "rm", "--path", "openstack.reservationId", "--stack", stack]);
  await pulumi(["config", "rm", "leaseEnd", "--stack", stack]);
}

const verbs = { create, show, extend, delete: remove } as const;

async function standingOf(
  session: Session,
  { reservationId }: CloudSettings,
  name: string,
): Promise<Standing> {
  const now = new Date();
  const alive = (await leases(session)).filter((one) => isAlive(one, now));
  return standing(alive, { reservationId, name, userId: session.userId });
}

/** Servers run on the reservation's flavor, whose id is its own. */
async function serversOn({ compute }: Session, found: Lease): Promise<string[]> {
  const ids = found.reservations.map(({ id }) => id);
  const servers = await compute.list<{ name: string; flavor: { id: string } }>(
    "/servers/detail",
    "servers",
  );
  return servers.filter(({ flavor }) => ids.includes(flavor.id)).map(({ name }) => name);
}

/** What an application credential mayn't do is said with what to do instead. */
async function asLeaseMaker<Result>(
  { session, stack }: Pick<Asked, "session" | "stack">,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw refusedLease(error, session.authType, stack) ?? error;
  }
}

async function set(stack: string, key: readonly string[], value: string): Promise<void> {
  await pulumi(["config", "set", ...key, value, "--stack", stack]);
}

async function isThere(stack: string): Promise<boolean> {
  await providePulumi();
  return stackExists(stack);
}
