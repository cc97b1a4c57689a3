// Looks at the cloud that a stack is to have a server in, before anything is made there.
import { homedir } from "node:os";
import type { Config } from "../../infra/config";
import { hostNeeds } from "../../infra/host/host-needs";
import { publicKey, publicKeyPath } from "../../infra/host/public-key";
import type { Verdict } from "../../infra/host/verdicts";
import {
  CloudError,
  Session,
  cloudIn,
  cloudsFile,
  isGone,
  leases,
  osCollisions,
  ownerMark,
} from "../../infra/openstack";
import { catalogue } from "../../infra/services/catalogue";
import type { StackState } from "../deploy/state";
import { root } from "../paths";
import type {
  Answer,
  CloudFacts,
  CloudLimits,
  CloudNeeds,
  FoundFlavor,
  FoundVolume,
  NetworkQuotas,
} from "./openstack-facts";
import { cloudVerdicts, keyVerdict, loginVerdicts } from "./openstack-verdicts";

/** All verdicts on the cloud of a stack. */
export async function examineCloud(
  stack: string,
  config: Config,
  state: StackState,
): Promise<Verdict[]> {
  const key = keyVerdict(
    publicKeyPath(config),
    problemOf(() => publicKey(config)),
  );
  const { cloud } = config.openstack;
  const session = await answer(() => Session.open(cloud));
  const before = [...loginVerdicts(fileOf(cloud), session, osCollisions(process.env)), key];
  if (session instanceof CloudError) return before;
  const needs = needsOf(stack, config, state);
  return [...before, ...cloudVerdicts(await factsOf(session, needs), needs, new Date())];
}

/** Path of clouds.yaml when it has the cloud. */
function fileOf(cloud: string): Answer<string> {
  try {
    return cloudIn(cloudsFile(process.env, process.cwd(), homedir()), cloud).file;
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
}

function problemOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** By the provider's type: what the stack holds already needn't be had again. */
const types = {
  server: "openstack:compute/instance:Instance",
  "floating IP": "openstack:networking/floatingIp:FloatingIp",
  port: "openstack:networking/port:Port",
  "security group": "openstack:networking/secGroup:SecGroup",
  "key pair": "openstack:compute/keypair:Keypair",
  volume: "openstack:blockstorage/volume:Volume",
} as const;

function needsOf(stack: string, config: Config, state: StackState): CloudNeeds {
  const specs = catalogue(config);
  const host = hostNeeds({
    catalogue: specs,
    config,
    stack,
    bindAddress: config.ssh.bindAddress,
    root,
  });
  const held = Object.entries(types).filter(([, type]) =>
    state.resources.some((resource) => resource.type === type && resource.id !== undefined),
  );
  const { openstack, dataVolume, leaseEnd } = config;
  return {
    stack,
    openstack,
    dataVolume,
    leaseEnd,
    held: new Set(held.map(([kind]) => kind as keyof typeof types)),
    ids: state.ids,
    owner: state.owner && ownerMark(state.owner),
    memoryMiB: host.memoryMiB,
    freeMiB: host.freeMiB,
    // Docker refuses a container that may have more processors than there are.
    vcpus: Math.max(1, ...specs.map(({ cpus }) => cpus)),
  };
}

function factsOf(session: Session, needs: CloudNeeds): Promise<CloudFacts> {
  // The volume service is only asked when there is to be a volume: not every cloud has it.
  const { compute, network, image, projectId } = session;
  const { openstack, dataVolume } = needs;
  return answers<CloudFacts>({
    flavor: () => flavorOf(session, needs),
    leases: () => (session.has("reservation") ? leases(session) : none()),
    servers: () => compute.list("/servers/detail", "servers"),
    networks: () => network.list(`/networks?${query({ name: openstack.network })}`, "networks"),
    pools: () =>
      network.list(
        `/networks?${query({ name: openstack.floatingIpPool, "router:external": "true" })}`,
        "networks",
      ),
    floatingIps: () =>
      network.list(`/floatingips?${query({ project_id: projectId })}`, "floatingips"),
    images: () =>
      image.list(`/images?${query({ name: openstack.image, status: "active" })}`, "images"),
    zones: () =>
      openstack.availabilityZone === "" ? none() : compute.list("/os-availability-zone", zonesKey),
    compute: async () =>
      (await compute.get<{ limits: { absolute: CloudLimits } }>("/limits")).limits.absolute,
    network: async () =>
      (await network.get<{ quota: NetworkQuotas }>(`/quotas/${projectId}/details.json`)).quota,
    volume: async () =>
      dataVolume.id === ""
        ? undefined
        : (await session.volume.get<{ volume: FoundVolume }>(`/volumes/${dataVolume.id}`)).volume,
    volumeTypes: () =>
      dataVolume.type === "" ? none() : session.volume.list("/types", "volume_types"),
    storage: async () =>
      dataVolume.sizeGiB === 0
        ? {}
        : (await session.volume.get<{ limits: { absolute: CloudLimits } }>("/limits")).limits
            .absolute,
  });
}

const zonesKey = "availabilityZoneInfo";
const none = () => Promise.resolve([]);
const query = (values: Record<string, string>) => new URLSearchParams(values).toString();

/** Undefined: there is none. */
async function flavorOf(
  { compute }: Session,
  { openstack }: CloudNeeds,
): Promise<FoundFlavor | undefined> {
  if (openstack.reservationId === "") {
    const flavors = await compute.list<FoundFlavor>("/flavors/detail", "flavors");
    return flavors.find(({ name }) => name === openstack.flavor);
  }
  try {
    // A reservation's flavor isn't in the list of every cloud.
    const path = `/flavors/${openstack.reservationId}`;
    return (await compute.get<{ flavor: FoundFlavor }>(path)).flavor;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

type Questions<Facts> = {
  readonly [Key in keyof Facts]: () => Promise<Exclude<Facts[Key], CloudError>>;
};

/** All at once; what one of them can't tell is no reason not to hear the others. */
async function answers<Facts>(questions: Questions<Facts>): Promise<Facts> {
  const told = Object.entries<() => Promise<unknown>>(questions).map(async ([key, question]) => [
    key,
    await answer(question),
  ]);
  return Object.fromEntries((await Promise.all(told)) as [string, unknown][]) as Facts;
}

async function answer<Told>(question: () => Promise<Told>): Promise<Answer<Told>> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
}
