// An OpenStack project, as the commands and the gate need it. The deployment itself imports ./marks alone.
export { detachStrays } from "./attachments";
export { CloudError, isGone } from "./cloud-error";
export { type Cloud, cloudIn, cloudsFile, osCollisions } from "./clouds-file";
export { consoleHostKeys } from "./console-host-keys";
export { type Thing, type ThingKind, inventory, serverStatus, strays } from "./inventory";
export * from "./marks";
export { inWords, removeAll } from "./remove";
export { Service, Session } from "./session";
export {
  type Lease,
  type Reservation,
  activeLease,
  createLease,
  deleteLease,
  isAlive,
  leaseEnd,
  leases,
  moveLeaseEnd,
  reservationIn,
} from "./leases";
