// Leases of Blazar, OpenStack's reservation service: one with a flavor reservation makes a flavor for its time, on which a
// server can be started. Pulumi has no resource for them.
import { setTimeout as sleep } from "node:timers/promises";
import { CloudError, isGone } from "./cloud-error";
import type { Session } from "./session";

export interface Reservation {
  id: string;
  resource_type: string;
  vcpus?: number;
  memory_mb?: number;
  disk_gb?: number;
  /** Servers that it has room for. */
  amount?: number;
}

/** As Blazar tells it. */
export interface Lease {
  id: string;
  name: string;
  status: string;
  user_id: string;
  /** UTC, with no zone said. */
  start_date: string;
  end_date: string;
  reservations: readonly Reservation[];
}

export const leases = ({ reservation }: Session): Promise<Lease[]> =>
  reservation.list<Lease>("/leases", "leases");

export interface WantedLease {
  name: string;
  flavorId: string;
  end: Date;
}

/** Makes a lease that starts now, and waits until it is active. */
export async function createLease(session: Session, wanted: WantedLease): Promise<Lease> {
  const { lease } = await session.reservation.post<{ lease: Lease }>("/leases", {
    name: wanted.name,
    start_date: "now",
    end_date: blazarTime(wanted.end),
    reservations: [
      {
        resource_type: flavorReservation,
        flavor_id: wanted.flavorId,
        amount: 1,
        // One server has no neighbours; Blazar wants the word all the same.
        affinity: "None",
      },
    ],
    events: [],
  });
  try {
    return await activeLease(session, lease.id);
  } catch (error) {
    // One that never started would hold its name and, at worst, its hosts.
    if (error instanceof LeaseFailed) await deleteLease(session, lease.id);
    throw error;
  }
}

/** Moves the end of a lease, and waits until it is active again. */
export async function moveLeaseEnd(session: Session, leaseId: string, end: Date): Promise<Lease> {
  await session.reservation.put(`/leases/${leaseId}`, { end_date: blazarTime(end) });
  return activeLease(session, leaseId);
}

/** Ends a lease, with the server on it, and waits until it is gone. */
export async function deleteLease(session: Session, leaseId: string): Promise<void> {
  try {
    await session.reservation.delete(`/leases/${leaseId}`);
    const deadline = Date.now() + deletionSeconds * 1000;
    while (Date.now() < deadline) {
      await leaseOf(session, leaseId);
      await sleep(pauseMs);
    }
  } catch (error) {
    if (isGone(error)) return;
    throw error;
  }
  throw new CloudError(
    `lease ${leaseId} is still there after ${deletionSeconds} s: try again`,
    "reservation",
  );
}

const flavorReservation = "flavor:instance";
const startSeconds = 60;
const deletionSeconds = 180;
const pauseMs = 1000;

/** Blazar couldn't do what it had accepted. */
export class LeaseFailed extends CloudError {}

/** Waits until a lease is active. */
export async function activeLease(session: Session, leaseId: string): Promise<Lease> {
  const deadline = Date.now() + startSeconds * 1000;
  for (;;) {
    const lease = await leaseOf(session, leaseId);
    if (lease.status === "ACTIVE") return lease;
    if (lease.status === "ERROR")
      throw new LeaseFailed(
        `the lease ${lease.name} (${lease.id}) could not be started: no host is free for it just now, or the reservation ` +
          "service is at fault. Take a smaller flavor, or try later",
        "reservation",
      );
    if (Date.now() >= deadline)
      throw new CloudError(
        `the lease ${lease.name} (${lease.id}) is ${lease.status} after ${startSeconds} s: try again`,
        "reservation",
      );
    await sleep(pauseMs);
  }
}

const leaseOf = async ({ reservation }: Session, leaseId: string): Promise<Lease> =>
  (await reservation.get<{ lease: Lease }>(`/leases/${leaseId}`)).lease;

/** `2026-12-01 12:00`, to the minute, UTC. */
const blazarTime = (time: Date): string =>
  time.toISOString().slice(0, "2026-12-01T12:00".length).replace("T", " ");

/** When a lease ends, as key `leaseEnd` has it. */
export const leaseEnd = ({ end_date }: Pick<Lease, "end_date">): string =>
  `${end_date.slice(0, "2026-12-01T12:00".length).replace(" ", "T")}Z`;

/** What a lease's server is started on; its id is the flavor's. */
export const reservationIn = ({ reservations }: Pick<Lease, "reservations">) =>
  reservations.find(({ resource_type }) => resource_type === flavorReservation);

/** Whether a lease may still have a server. */
export const isAlive = ({ status, end_date }: Pick<Lease, "status" | "end_date">, now: Date) =>
  !/^(TERMINATED|TERMINATING|DELETING|ERROR)$/.test(status) &&
  new Date(leaseEnd({ end_date })) > now;
