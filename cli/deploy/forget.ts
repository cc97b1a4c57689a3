// A stack whose host is gone for good: its state is brought to an end without asking the host.
import { pulumi } from "../setup/stack";
import type { StepLog } from "../setup/steps";
import { reportTo } from "./progress";
import { releaseDeadLocks } from "./reconcile";
import { type StackState, type StateResource, nameOf, stateOf } from "./state";

/** Providers whose resources are on the host. */
const hostProviders = ["pulumi:providers:docker", "pulumi:providers:command"];
/** And of those in the cloud that the host is from. */
const cloudProvider = "pulumi:providers:openstack";

/** Drops from the state what is on the host, and in its cloud, then destroys what is left of the stack. */
export async function forgetHost(stack: string, log: StepLog): Promise<void> {
  await releaseDeadLocks(stack, log.say);
  await forgetResourcesOf([...hostProviders, cloudProvider], stack, log);
  await destroyByState(stack, log);
}

/** Drops from the state what is on the host, and nothing else. */
export const forgetOnHost = (stack: string, log: StepLog): Promise<void> =>
  forgetResourcesOf(hostProviders, stack, log);

/** One after the other, for each may take further ones along. */
async function forgetResourcesOf(
  types: readonly string[],
  stack: string,
  log: StepLog,
): Promise<void> {
  for (;;) {
    const { resources } = await stateOf(stack);
    const found = resources.find(({ type }) => types.includes(type));
    if (!found) return;
    await pulumi(
      ["state", "delete", found.urn, "--target-dependents", "--force", "--yes", "--stack", stack],
      { onLine: log.write },
    );
  }
}

/** Destroys what the state knows. */
export async function destroyByState(stack: string, log: StepLog): Promise<void> {
  const args = ["destroy", "--yes", "--skip-preview", "--suppress-outputs", "--stack", stack];
  await pulumi([...args, "--suppress-progress"], { onLine: reportTo(log) });
}

const kinds: Readonly<Record<string, string>> = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
  "docker:index/remoteImage:RemoteImage": "image",
  "docker:index/volume:Volume": "volume",
};

const cloudKinds: Readonly<Record<string, string>> = {
  "openstack:blockstorage/volume:Volume": "volume",
  "openstack:compute/instance:Instance": "server",
  "openstack:compute/keypair:Keypair": "key pair",
  "openstack:networking/floatingIp:FloatingIp": "floating IP",
  "openstack:networking/port:Port": "port",
  "openstack:networking/secGroup:SecGroup": "security group",
};

/** What the cloud had of the stack when it was last seen. */
export const inCloud = (state: Pick<StackState, "resources">): { kind: string; name: string }[] =>
  state.resources.flatMap(({ type, urn, id }) => {
    const kind = cloudKinds[type];
    return kind ? [{ kind, name: `${nameOf(urn)} ${id ?? ""}`.trimEnd() }] : [];
  });

/** Whether the stack has a cloud's things in its state. */
export const isInCloud = ({ resources }: Pick<StackState, "resources">): boolean =>
  resources.some(({ type }) => type === cloudProvider);

/** What was on the host when it was last seen: kind and name. */
export const onHost = (state: Pick<StackState, "resources">): { kind: string; name: string }[] =>
  state.resources.flatMap((resource) => {
    const kind = kinds[resource.type];
    return kind ? [{ kind, name: engineNameOf(resource) }] : [];
  });

const engineNameOf = ({ urn, outputs }: StateResource): string =>
  typeof outputs?.["name"] === "string" ? outputs["name"] : nameOf(urn);
