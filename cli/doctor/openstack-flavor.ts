// Whether the flavor of a stack's server is there, is free, and is big enough.
import { CloudError, type Lease, isAlive, leaseEnd, readMetadata } from "../../infra/openstack";
import {
  type Check,
  type CloudFacts,
  type CloudNeeds,
  type FoundFlavor,
  type FoundServer,
  bad,
  good,
  unknown,
} from "./openstack-facts";

export const flavor: Check = (facts, needs, now) => {
  const { reservationId, flavor: named } = needs.openstack;
  const check = reservationId === "" ? "flavor" : "reserved";
  if (facts.flavor instanceof CloudError) return unknown(check, facts.flavor);
  if (facts.flavor === undefined)
    return bad(
      check,
      reservationId === ""
        ? `openstack.flavor: the cloud has no flavor ${named}`
        : noReservation(facts.leases, needs, now),
    );
  const { vcpus, ram, disk } = facts.flavor;
  const size = `${vcpus} vCPUs, ${ram} MiB, ${disk} GiB`;
  const lacking = lackingIn(facts.flavor, needs);
  if (lacking.length > 0)
    return bad(
      check,
      `${facts.flavor.name} has ${size}, and the stack needs ${lacking.join(", ")}: take a bigger flavor` +
        `${reservationId === "" ? "" : ` (npm run lease -- delete, then create --flavor m1.large, each with -s ${needs.stack})`}, or fewer components`,
    );
  const other = takenBy(facts, needs);
  return other
    ? bad(
        check,
        `openstack.reservationId: another server, ${other.name} (${other.id}), is on the reservation, which holds one: ` +
          "remove it, or set another reservation",
      )
    : good(check, `${size}${until(facts.leases, needs)}`);
};

/** A server that isn't the stack's and leaves it no place. */
function takenBy(
  { servers, leases }: CloudFacts,
  { openstack, ids, owner }: CloudNeeds,
): FoundServer | undefined {
  const { reservationId } = openstack;
  if (servers instanceof CloudError || reservationId === "") return undefined;
  const reservation = leaseOf(leases, reservationId)?.reservations.find(
    ({ id }) => id === reservationId,
  );
  const others = servers.filter(
    ({ id, flavor: { id: flavorId }, metadata }) =>
      flavorId === reservationId &&
      !ids.has(id) &&
      (owner === undefined || readMetadata(metadata)?.owner !== owner),
  );
  return others.length < (reservation?.amount ?? 1) ? undefined : others[0];
}

/** Docker's own folder is on the root disk, beside the system. */
const systemGiB = 4;
const neededGiB = ({ freeMiB }: CloudNeeds) => Math.ceil(freeMiB / 1024) + systemGiB;

function lackingIn({ vcpus, ram, disk }: FoundFlavor, needs: CloudNeeds): string[] {
  return [
    ...(vcpus < needs.vcpus ? [`${needs.vcpus} vCPUs`] : []),
    ...(ram < needs.memoryMiB ? [`${needs.memoryMiB} MiB`] : []),
    ...(disk !== 0 && disk < neededGiB(needs) ? [`${neededGiB(needs)} GiB of disk`] : []),
  ];
}

const leaseOf = (leases: CloudFacts["leases"], id: string): Lease | undefined =>
  leases instanceof CloudError
    ? undefined
    : leases.find(({ reservations }) => reservations.some((one) => one.id === id));

/** Why a reservation has no flavor. */
function noReservation(
  leases: CloudFacts["leases"],
  { openstack, stack }: CloudNeeds,
  now: Date,
): string {
  const { reservationId } = openstack;
  const again = `npm run lease -- create -s ${stack} makes a new one`;
  const lease = leaseOf(leases, reservationId);
  if (lease === undefined) {
    const mistaken =
      leases instanceof CloudError ? undefined : leases.find(({ id }) => id === reservationId);
    const [right] = mistaken?.reservations ?? [];
    return right
      ? `openstack.reservationId: ${reservationId} is the lease; its reservation is ${right.id}: ` +
          `npm run pulumi -- config set --path openstack.reservationId ${right.id} -s ${stack}`
      : `openstack.reservationId: the cloud has no reservation ${reservationId}: it is over, deleted or of another project; ${again}`;
  }
  return isAlive(lease, now)
    ? `openstack.reservationId: lease ${lease.name} is ${lease.status} and starts at ${lease.start_date} UTC: wait for it`
    : `openstack.reservationId: lease ${lease.name} is over since ${leaseEnd(lease)}; ${again}`;
}

function until(leases: CloudFacts["leases"], { openstack, leaseEnd: known }: CloudNeeds): string {
  const lease = leaseOf(leases, openstack.reservationId);
  const end = lease ? leaseEnd(lease) : known;
  if (end === "") return "";
  const differs = lease && known !== "" && Date.parse(known) !== Date.parse(end);
  return `, until ${end}${differs ? ` (leaseEnd in the settings says ${known})` : ""}`;
}
