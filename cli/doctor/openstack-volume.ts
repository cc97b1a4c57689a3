// Whether a stack can have the volume that its data is to be on.
import type { Verdict } from "../../infra/host/verdicts";
import { CloudError } from "../../infra/openstack";
import {
  type Check,
  type CloudFacts,
  type CloudNeeds,
  bad,
  good,
  unknown,
} from "./openstack-facts";

export const needsVolume = ({ dataVolume }: CloudNeeds) =>
  dataVolume.id !== "" || dataVolume.sizeGiB !== 0;

export const volume: Check = (facts, needs) =>
  needs.dataVolume.id === "" ? newVolume(facts, needs) : givenVolume(facts, needs);

function givenVolume({ volume: found }: CloudFacts, { dataVolume, ids }: CloudNeeds): Verdict {
  const { id } = dataVolume;
  if (found instanceof CloudError)
    return found.status === 404
      ? bad("volume", `dataVolume.id: the project has no volume ${id}`)
      : unknown("volume", found);
  const other = found?.attachments.find(({ server_id }) => !ids.has(server_id));
  if (other)
    return bad(
      "volume",
      `dataVolume.id: ${id} is on another server, ${other.server_id}: detach it there`,
    );
  return found && /^(available|in-use)$/.test(found.status)
    ? good("volume", `${id}, ${found.size} GiB`)
    : bad("volume", `dataVolume.id: ${id} is ${found?.status}`);
}

function newVolume(
  { volumeTypes, storage }: CloudFacts,
  { dataVolume, held }: CloudNeeds,
): Verdict {
  const { sizeGiB, type } = dataVolume;
  if (held.has("volume")) return good("volume", "the stack has its own");
  if (volumeTypes instanceof CloudError) return unknown("volume", volumeTypes);
  if (type !== "" && !volumeTypes.some(({ name }) => name === type))
    return bad(
      "volume",
      `dataVolume.type: ${type} is none of ${volumeTypes.map(({ name }) => name).join(", ")}`,
    );
  if (storage instanceof CloudError) return unknown("volume", storage);
  const leaves = (used: string, limit: string, more: number) => {
    const most = storage[limit] ?? -1;
    return most < 0 || (storage[used] ?? 0) + more <= most;
  };
  const fits =
    leaves("totalVolumesUsed", "maxTotalVolumes", 1) &&
    leaves("totalGigabytesUsed", "maxTotalVolumeGigabytes", sizeGiB);
  return fits
    ? good("volume", `${sizeGiB} GiB are to be had`)
    : bad("volume", `the project's quota leaves no room for a volume of ${sizeGiB} GiB`);
}
