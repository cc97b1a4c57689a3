// From what a cloud tells to what is right and wrong with it for one stack. Pure: each check is a function over the facts.
import type { Verdict } from "../../infra/host/verdicts";
import { CloudError, type ThingKind } from "../../infra/openstack";
import { floatingIp } from "./openstack-address";
import {
  type Answer,
  type Check,
  type CloudFacts,
  type CloudNeeds,
  bad,
  good,
  isFull,
  unknown,
} from "./openstack-facts";
import { flavor } from "./openstack-flavor";
import { needsVolume, volume } from "./openstack-volume";

/** What can be said before a login, and of it. */
export function loginVerdicts(
  file: Answer<string>,
  session: Answer<{ projectName: string; authType: string }>,
  collisions: readonly string[],
): Verdict[] {
  const clouds: Verdict =
    file instanceof CloudError ? bad("clouds", file.message) : good("clouds", file);
  if (file instanceof CloudError) return [clouds];
  const variables = good(
    "variables",
    collisions.length === 0
      ? "none that would be mixed into clouds.yaml"
      : `${collisions.join(", ")}: the commands here leave them out; pulumi by hand would mix them into clouds.yaml: unset them for it`,
  );
  const login =
    session instanceof CloudError
      ? bad("login", session.message)
      : good("login", `project ${session.projectName}, by ${session.authType}`);
  return [clouds, variables, login];
}

/** @param problem what is wrong with the public key */
export const keyVerdict = (path: string, problem: string | undefined): Verdict =>
  problem === undefined ? good("key", path) : bad("key", problem);

export const cloudVerdicts = (facts: CloudFacts, needs: CloudNeeds, now: Date): Verdict[] =>
  [...checks, ...(needsVolume(needs) ? [volume] : [])].map((check) => check(facts, needs, now));
const zone: Check = ({ zones }, { openstack }) => {
  const { availabilityZone: wanted } = openstack;
  if (wanted === "") return good("zone", "the scheduler's choice");
  if (zones instanceof CloudError) return unknown("zone", zones);
  const open = zones.filter(({ zoneState }) => zoneState.available).map(({ zoneName }) => zoneName);
  return open.includes(wanted)
    ? good("zone", wanted)
    : bad("zone", `openstack.availabilityZone: ${wanted} is none of ${open.join(", ")}`);
};

const network: Check = ({ networks }, { openstack }) => {
  const { network: name } = openstack;
  if (networks instanceof CloudError) return unknown("network", networks);
  if (networks.length === 1) return good("network", name);
  return bad(
    "network",
    networks.length === 0
      ? `openstack.network: the project sees no network ${name}`
      : `openstack.network: ${networks.length} networks are called ${name}; name one that is alone`,
  );
};

const image: Check = ({ images, flavor: found }, { openstack, held }) => {
  const { image: name } = openstack;
  if (images instanceof CloudError) return unknown("image", images);
  const [first] = images;
  if (first === undefined)
    // A server that runs was made of an image that may have gone since.
    return held.has("server")
      ? good("image", `${name} is there no more; the server goes on with its own`)
      : bad("image", `openstack.image: the cloud has no active image ${name}`);
  return isTooBig(first, found)
    ? bad(
        "image",
        `openstack.image: ${name} needs ${first.min_disk} GiB of disk and ${first.min_ram} MiB, more than the flavor has`,
      )
    : good("image", name);
};

function isTooBig(
  image: { min_disk: number; min_ram: number },
  found: CloudFacts["flavor"],
): boolean {
  if (found === undefined || found instanceof CloudError) return false;
  return (found.disk !== 0 && image.min_disk > found.disk) || image.min_ram > found.ram;
}
const quotas: Check = (facts, needs) => {
  const tight = [...computeShortages(facts, needs), ...networkShortages(facts, needs)];
  if (tight.length > 0)
    return bad(
      "quota",
      `the project's quota leaves no room for ${tight.join(", ")}: remove what nobody needs (npm run sweep -- --expired), or ask for more`,
    );
  const silent = [facts.compute, facts.network].find((one) => one instanceof CloudError);
  return silent ? unknown("quota", silent) : good("quota", "has room for the stack");
};

/** Nova's names of what is limited, and how much the stack still takes of it. */
function computeShortages({ compute, flavor: found }: CloudFacts, { held }: CloudNeeds): string[] {
  if (compute instanceof CloudError) return [];
  const size = found === undefined || found instanceof CloudError ? undefined : found;
  const { vcpus = 0, ram = 0 } = held.has("server") ? {} : (size ?? {});
  const wanted: [what: string, used: string, limit: string, more: number][] = [
    ["a server", "totalInstancesUsed", "maxTotalInstances", held.has("server") ? 0 : 1],
    [`${vcpus} vCPUs`, "totalCoresUsed", "maxTotalCores", vcpus],
    [`${ram} MiB of memory`, "totalRAMUsed", "maxTotalRAMSize", ram],
  ];
  return wanted
    .filter(([, used, limit, more]) => {
      const most = compute[limit] ?? -1;
      return more > 0 && most >= 0 && (compute[used] ?? 0) + more > most;
    })
    .map(([what]) => what);
}

function networkShortages({ network: told }: CloudFacts, { held }: CloudNeeds): string[] {
  if (told instanceof CloudError) return [];
  const wanted: [kind: ThingKind, key: string][] = [
    ["port", "port"],
    ["security group", "security_group"],
  ];
  return wanted
    .filter(([kind, key]) => {
      const quota = told[key];
      return !held.has(kind) && quota !== undefined && isFull(quota);
    })
    .map(([kind]) => `a ${kind}`);
}

const checks: readonly Check[] = [flavor, zone, network, image, floatingIp, quotas];
