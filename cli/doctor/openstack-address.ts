// Whether a stack can have its floating IP.
import type { Verdict } from "../../infra/host/verdicts";
import { CloudError } from "../../infra/openstack";
import {
  type Check,
  type CloudFacts,
  type CloudNeeds,
  bad,
  good,
  isFull,
  unknown,
} from "./openstack-facts";

export const floatingIp: Check = (facts, needs) => {
  const { floatingIp: wanted } = needs.openstack;
  const present = addressNow(facts, needs);
  const stays = wanted === "" ? needs.held.has("floating IP") : present === wanted;
  // A port has one address, and the next one would be put there before this one is taken off.
  if (present !== undefined && !stays)
    return bad(
      "address",
      `openstack.floatingIp: the server has the address ${present}, and another one only after npm run destroy -- -s ${needs.stack} and npm start -- -s ${needs.stack}; data that isn't on a data volume goes`,
    );
  return wanted === "" ? fromPool(facts, needs) : borrowed(facts, needs);
};

/** What the stack's port has; undefined: nothing, or nobody tells. */
function addressNow({ floatingIps }: CloudFacts, { ids }: CloudNeeds): string | undefined {
  if (floatingIps instanceof CloudError) return undefined;
  return floatingIps.find(({ port_id }) => port_id !== null && ids.has(port_id))
    ?.floating_ip_address;
}

function borrowed({ floatingIps }: CloudFacts, { openstack, ids }: CloudNeeds): Verdict {
  const { floatingIp: wanted } = openstack;
  if (floatingIps instanceof CloudError) return unknown("address", floatingIps);
  const found = floatingIps.find((one) => one.floating_ip_address === wanted);
  if (!found)
    return bad(
      "address",
      `openstack.floatingIp: the project holds no ${wanted}, only ${addresses(floatingIps)}; empty takes one of the pool`,
    );
  const isFree = found.port_id === null || ids.has(found.port_id);
  return isFree
    ? good("address", `${wanted}, which the project holds`)
    : bad("address", `openstack.floatingIp: ${wanted} is on another server; name a free one`);
}

const addresses = (held: readonly { floating_ip_address: string }[]) =>
  held.map(({ floating_ip_address }) => floating_ip_address).join(", ") || "none at all";

/** What the pool itself has left isn't told to those who use it. */
function fromPool(
  { pools, network: quotas }: CloudFacts,
  { openstack, held }: CloudNeeds,
): Verdict {
  const { floatingIpPool: pool } = openstack;
  if (pools instanceof CloudError) return unknown("address", pools);
  if (pools.length === 0)
    return bad("address", `openstack.floatingIpPool: the project sees no external network ${pool}`);
  if (held.has("floating IP")) return good("address", "the stack has its own");
  if (quotas instanceof CloudError)
    return good("address", `one of ${pool}, if it has any left: the quota isn't told`);
  const quota = quotas["floatingip"];
  return quota && isFull(quota)
    ? bad(
        "address",
        `the project holds all ${quota.limit} floating IPs that it may: release one that nobody needs ` +
          "(npm run sweep -- --expired), or name it in openstack.floatingIp",
      )
    : good("address", `one of ${pool}, if it has any left`);
}
