// What stacks have in an OpenStack project, found by their marks and never by likeness of names: most of what is there is
// other people's.
import { isGone } from "./cloud-error";
import { type ReadMarks, ownerMark, readMetadata, readNeutron } from "./marks";
import type { Session } from "./session";

export type ThingKind =
  "server" | "floating IP" | "port" | "security group" | "volume" | "key pair";

/** One thing of a stack in the cloud. */
export interface Thing extends ReadMarks {
  kind: ThingKind;
  /** Of a key pair: its name. */
  id: string;
  /** Of a floating IP: the address. */
  name: string;
  /** When it was made, ISO 8601, where the cloud says so. */
  since?: string;
  /** Of a server: its flavor, which for a reserved one is the reservation. */
  flavorId?: string;
}

export interface InventoryOptions {
  /** Only this stack's, with its key pair; without it everything of all stacks that carries marks. */
  cloudName?: string;
}

/** Everything of stacks in the session's project. Key pairs carry no marks: one counts when it is called what the stack is. */
export async function inventory(
  session: Session,
  { cloudName }: InventoryOptions = {},
): Promise<Thing[]> {
  const lists = await Promise.all([
    servers(session),
    floatingIps(session),
    ports(session),
    securityGroups(session),
    volumes(session),
  ]);
  const marked = lists
    .flat()
    .filter((thing) => cloudName === undefined || thing.cloudName === cloudName);
  const names = cloudName === undefined ? marked.map((thing) => thing.cloudName) : [cloudName];
  return [...marked, ...(await keyPairs(session, new Set(names)))];
}

interface FoundServer {
  id: string;
  name: string;
  status: string;
  created: string;
  metadata: Record<string, string>;
  flavor: { id: string };
}

async function servers({ compute }: Session): Promise<Thing[]> {
  const found = await compute.list<FoundServer>("/servers/detail", "servers");
  return found.flatMap(({ id, name, created, metadata, flavor }) =>
    thing(readMetadata(metadata), {
      kind: "server",
      id,
      name,
      since: created,
      flavorId: flavor.id,
    }),
  );
}

interface FoundVolume {
  id: string;
  name: string | null;
  created_at: string;
  metadata: Record<string, string>;
}

async function volumes(session: Session): Promise<Thing[]> {
  // A cloud without a volume service has no volumes.
  if (!session.has("volume")) return [];
  const found = await session.volume.list<FoundVolume>("/volumes/detail", "volumes");
  return found.flatMap(({ id, name, created_at, metadata }) =>
    thing(readMetadata(metadata), { kind: "volume", id, name: name || id, since: created_at }),
  );
}

interface FoundInNetwork {
  id: string;
  name?: string;
  floating_ip_address?: string;
  created_at?: string;
  tags?: string[];
  description?: string | null;
}

const floatingIps = (session: Session) => inNetwork(session, "floating IP", "floatingips");
const ports = (session: Session) => inNetwork(session, "port", "ports");
const securityGroups = (session: Session) =>
  inNetwork(session, "security group", "security_groups", "security-groups");

/** Of the project only: an administrator sees everybody's. */
async function inNetwork(
  { network, projectId }: Session,
  kind: ThingKind,
  key: string,
  path = key,
): Promise<Thing[]> {
  const found = await network.list<FoundInNetwork>(`/${path}?project_id=${projectId}`, key);
  return found.flatMap((one) =>
    thing(readNeutron(one), {
      kind,
      id: one.id,
      name: one.floating_ip_address ?? (one.name || one.id),
      ...(one.created_at && { since: one.created_at }),
    }),
  );
}

async function keyPairs({ compute }: Session, names: ReadonlySet<string>): Promise<Thing[]> {
  const found = await compute.list<{ keypair: { name: string } }>("/os-keypairs", "keypairs");
  return found
    .map(({ keypair }) => keypair.name)
    .filter((name) => names.has(name))
    .map((name) => ({ kind: "key pair", id: name, name, cloudName: name, keep: false }));
}

const thing = (marks: ReadMarks | undefined, found: Omit<Thing, keyof ReadMarks>): Thing[] =>
  marks ? [{ ...marks, ...found }] : [];

/** What the cloud says of a server: `ACTIVE`, `ERROR`, …; undefined when there is none of this id. */
export async function serverStatus(
  { compute }: Session,
  serverId: string,
): Promise<string | undefined> {
  try {
    const { server } = await compute.get<{ server: FoundServer }>(`/servers/${serverId}`);
    return server.status;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

export interface Unknown {
  /** Of the stack whose state doesn't know them: a deployment was killed. */
  strays: Thing[];
  /** Of another state's stack that is called the same. */
  foreign: Thing[];
}

/**
 * What the cloud has under a stack's name that its state doesn't know.
 * @param stack its name in the cloud, and the label by which its state tells its things (undefined before its first deployment)
 * @param knownIds ids of all resources of the state
 */
export async function strays(
  session: Session,
  { cloudName, owner }: { cloudName: string; owner?: string },
  knownIds: ReadonlySet<string>,
): Promise<Unknown> {
  return unknown(await inventory(session, { cloudName }), owner, knownIds);
}

/** Pure. Data that was kept on purpose is neither: it waits for whoever names it. */
export function unknown(
  found: readonly Thing[],
  owner: string | undefined,
  knownIds: ReadonlySet<string>,
): Unknown {
  const left = found.filter(({ id, keep }) => !keep && !knownIds.has(id));
  const isOurs = (one: Thing) => owner !== undefined && one.owner === ownerMark(owner);
  const keys = left.filter(({ kind }) => kind === "key pair");
  const marked = left.filter(({ kind }) => kind !== "key pair");
  const foreign = marked.filter((one) => !isOurs(one));
  // A key pair belongs to a user; whose stack it is for shows by what else there is.
  return foreign.length > 0
    ? { strays: marked.filter(isOurs), foreign: [...foreign, ...keys] }
    : { strays: [...marked, ...keys], foreign: [] };
}
