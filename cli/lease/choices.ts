// What `npm run lease` decides, without a cloud.
import { CloudError, type Lease, isAlive, leaseEnd, reservationIn } from "../../infra/openstack";
import { CommandError, UsageError } from "../command";

/** The leases of a project from the view of one stack and one user. */
export interface Standing {
  /** The one whose reservation the stack's settings name. */
  own?: Lease;
  /** Of the user's others, the one that is called as the stack's would be. */
  sameName?: Lease;
  /** All others of the user. */
  others: Lease[];
}

interface Asking {
  /** Empty: the settings name none. */
  reservationId: string;
  name: string;
  userId: string;
}

/** @param alive those that aren't over, everybody's in the project */
export function standing(
  alive: readonly Lease[],
  { reservationId, name, userId }: Asking,
): Standing {
  const own = alive.find(({ reservations }) => reservations.some(({ id }) => id === reservationId));
  const others = alive.filter((lease) => lease !== own && lease.user_id === userId);
  const sameName = others.find((lease) => lease.name === name);
  return { ...(own && { own }), ...(sameName && { sameName }), others };
}

/** The lease that a command means. */
export function chosenLease({ own, sameName, others }: Standing, stack: string): Lease {
  const found = own ?? sameName;
  if (found) return found;
  const names = others.map(({ name }) => name).join(", ");
  throw new CommandError(
    `stack "${stack}" has no lease${names && `; yours are ${names}: name one by --name`}`,
  );
}

/** Id of a flavor by its name. */
export function flavorId(flavors: readonly { id: string; name: string }[], wanted: string): string {
  const found = flavors.find(({ name }) => name === wanted);
  if (found) return found.id;
  const names = flavors.map(({ name }) => name).filter((name) => !name.startsWith("reservation:"));
  throw new UsageError(
    `--flavor ${wanted}: the cloud has no such flavor; there are ${names.sort().join(", ")}`,
  );
}

const mostHours = 24 * 30;

export function hoursOf(given: string): number {
  const hours = Number(given);
  if (/^\d+$/.test(given) && hours >= 1 && hours <= mostHours) return hours;
  throw new UsageError(`--hours ${given}: give a whole number from 1 to ${mostHours}`);
}

const hourMs = 3_600_000;
export const later = (time: Date, hours: number): Date => new Date(time.getTime() + hours * hourMs);

/** One line on a lease. */
export function leaseInWords(lease: Lease, now: Date): string {
  const reservation = reservationIn(lease);
  const size = reservation
    ? `${reservation.vcpus ?? "?"} vCPUs, ${reservation.memory_mb ?? "?"} MiB, reservation ${reservation.id}`
    : "no flavor reservation";
  const end = leaseEnd(lease);
  const left = isAlive(lease, now)
    ? `${lease.status}, until ${end} (${timeLeft(new Date(end), now)} left)`
    : `over since ${end}`;
  return `lease ${lease.name} (${lease.id}): ${size}; ${left}`;
}

/** `7 h 59 min`. */
function timeLeft(end: Date, now: Date): string {
  const minutes = Math.floor((end.getTime() - now.getTime()) / (hourMs / 60));
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Refusals that a login of another kind might not have met: Keystone lets no credential on somebody's behalf act further. */
const refusals: ReadonlySet<number | undefined> = new Set([401, 403, 500]);

/** What to do where an application credential isn't enough; undefined where that isn't known to be the reason. */
export function refusedLease(
  error: unknown,
  authType: string,
  stack: string,
): CommandError | undefined {
  if (authType !== "application credential" || !(error instanceof CloudError)) return undefined;
  if (!refusals.has(error.status)) return undefined;
  return new CommandError(`${error.message}
The login is an application credential, and clouds let few or none of those make leases. Either
  - make one that is unrestricted (web interface: Identity > Application Credentials, "Unrestricted"), and try again;
  - use a login with a password for this alone: add it to clouds.yaml under another name, and give --cloud NAME;
  - or make the lease in the web interface (Reservations > Leases, a flavor reservation) and write down what it says:
      npm run pulumi -- config set --path openstack.reservationId RESERVATION -s ${stack}
      npm run pulumi -- config set leaseEnd 2026-12-01T12:00Z -s ${stack}`);
}
