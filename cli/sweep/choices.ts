// What `npm run sweep` takes and leaves, without a cloud.
import type { Thing } from "../../infra/openstack";
import { CommandError } from "../command";
import { table } from "../status";

export interface Choice {
  /** Id of the owner whose things are meant; undefined: there had better be one only. */
  owner?: string;
  /** Whether data that is kept on purpose goes too. */
  volumes: boolean;
}

export interface Chosen {
  doomed: Thing[];
  kept: Thing[];
}

/** @throws CommandError where stacks of several people are called the same and nobody said whose is meant */
export function chosen(found: readonly Thing[], { owner, volumes }: Choice): Chosen {
  const meant = owner === undefined ? unambiguous(found, volumes) : ofOwner(found, owner);
  return {
    doomed: meant.filter(({ keep }) => !keep || volumes),
    kept: meant.filter(({ keep }) => keep && !volumes),
  };
}

const ownerOf = ({ owner = "" }: Thing) => owner;
const stacksOf = (found: readonly Thing[]) => new Set(found.map(({ cloudName }) => cloudName));
const isMarked = ({ kind }: Thing) => kind !== "key pair";

function unambiguous(found: readonly Thing[], volumes: boolean): readonly Thing[] {
  for (const cloudName of stacksOf(found)) {
    // What was kept of an earlier stack of the same name has an owner of its own, and matters only when it is to go.
    const own = found.filter((thing) => thing.cloudName === cloudName && isMarked(thing));
    const owners = [...new Set(own.filter(({ keep }) => volumes || !keep).map(ownerOf))].sort();
    if (owners.length > 1)
      throw new CommandError(
        `In this project ${owners.length} stacks are called ${cloudName}, each of another state:\n` +
          `${owners.map((owner) => `--owner ${owner}\n${list(own.filter((thing) => ownerOf(thing) === owner))}`).join("\n")}\n` +
          "Say whose is to go, by --owner.",
      );
  }
  return found;
}

/** A key pair has no owner's mark: it goes with the last stack of its name. */
function ofOwner(found: readonly Thing[], owner: string): Thing[] {
  const theirs = found.filter((thing) => isMarked(thing) && ownerOf(thing) === owner);
  const others = stacksOf(found.filter((thing) => isMarked(thing) && ownerOf(thing) !== owner));
  const names = stacksOf(theirs);
  const keys = found.filter(
    (thing) => !isMarked(thing) && names.has(thing.cloudName) && !others.has(thing.cloudName),
  );
  return [...theirs, ...keys];
}

/**
 * Everything of stacks whose lease is over.
 * @param alive flavors of reservations that aren't over
 */
export function expired(found: readonly Thing[], alive: ReadonlySet<string>, now: Date): Thing[] {
  const groups = new Map<string, Thing[]>();
  for (const thing of found.filter(isMarked)) {
    const key = `${thing.cloudName} ${ownerOf(thing)}`;
    groups.set(key, [...(groups.get(key) ?? []), thing]);
  }
  const over = [...groups.values()].filter((group) => isOver(group, alive, now)).flat();
  const living = found.filter((thing) => isMarked(thing) && !over.includes(thing) && !thing.keep);
  const keys = found.filter(
    (thing) =>
      !isMarked(thing) &&
      stacksOf(over).has(thing.cloudName) &&
      !stacksOf(living).has(thing.cloudName),
  );
  return [...over, ...keys];
}

/** By the latest end that is written down: a change of it reaches one thing after the other. */
function isOver(group: readonly Thing[], alive: ReadonlySet<string>, now: Date): boolean {
  const ends = group.flatMap(({ expires }) => (expires ? [Date.parse(expires)] : []));
  const isReserved = group.some(({ flavorId }) => flavorId !== undefined && alive.has(flavorId));
  return ends.length > 0 && Math.max(...ends) < now.getTime() && !isReserved;
}

/** Names in the cloud that may be what somebody meant. */
export const similarNames = (found: readonly Thing[], cloudName: string): string[] =>
  [...stacksOf(found)].filter((name) => name.startsWith(`${cloudName}-`)).sort();

/** For people. */
export const list = (things: readonly Thing[]): string =>
  table(
    things.map(({ kind, name, id, cloudName, since, expires }) => [
      `  ${kind}`,
      name,
      id === name ? "-" : id,
      `of ${cloudName}`,
      since ? `since ${since.slice(0, "2026-12-01T12:00".length)}` : "-",
      expires ? `until ${expires}` : "-",
    ]),
  );
