// What only the cloud can refuse, in the middle of a deployment, in words for the person who has to act: the provider passes
// on what the services answer.
import type { Config } from "../../infra/config";

type CloudSettings = Pick<Config["openstack"], "floatingIpPool" | "reservationId" | "flavor">;

interface Failure {
  /** Over everything that the run printed. */
  pattern: RegExp;
  words: (settings: CloudSettings) => string;
}

const failures: readonly Failure[] = [
  {
    // Neutron says the same of every network: which one it is shows by what was to be made, a line before.
    pattern: /creating openstack_networking_floatingip_v2:.*\s.*IpAddressGenerationFailure/,
    words: ({ floatingIpPool }) =>
      `no floating IP is left in the pool ${floatingIpPool}: try again when others have given theirs back (npm run sweep -- --expired does it for stacks whose lease is over), or name one that the project holds: npm run pulumi -- config set --path openstack.floatingIp ADDRESS`,
  },
  {
    pattern: /No valid host was found/,
    words: ({ reservationId, flavor }) =>
      reservationId === ""
        ? `the cloud has no room for a server of the flavor ${flavor}: take another one (openstack.flavor), or reserve one: npm run lease -- create`
        : `the cloud finds no room in the reservation ${reservationId}: another server may be on it (one reservation holds as many servers as it was made for); npm run lease -- show tells about it`,
  },
];

/** What kept the cloud from it, of a run that failed; undefined when that is told by nobody but the run itself. */
export const cloudFailure = (printed: string, settings: CloudSettings): string | undefined =>
  failures.find(({ pattern }) => pattern.test(printed))?.words(settings);
