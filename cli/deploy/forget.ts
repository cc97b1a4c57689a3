// A stack whose host is gone for good: its state is brought to an end without asking the host.
import { pulumi } from "../setup/stack";
import type { StepLog } from "../setup/steps";
import { reportTo } from "./deploy";
import { releaseDeadLocks } from "./reconcile";
import { type StackState, type StateResource, nameOf } from "./state";

/** Providers whose resources are on the host. */
const hostProviders = ["pulumi:providers:docker", "pulumi:providers:command"];

/** Drops from the state what is on the host, then destroys what is left of the stack. */
export async function forgetHost(stack: string, state: StackState, log: StepLog): Promise<void> {
  await releaseDeadLocks(stack, log.say);
  const providers = state.resources.filter(({ type }) => hostProviders.includes(type));
  for (const { urn } of providers)
    await pulumi(
      ["state", "delete", urn, "--target-dependents", "--force", "--yes", "--stack", stack],
      { onLine: log.write },
    );
  await destroyByState(stack, log);
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

/** What was on the host when it was last seen: kind and name. */
export const onHost = (state: Pick<StackState, "resources">): { kind: string; name: string }[] =>
  state.resources.flatMap((resource) => {
    const kind = kinds[resource.type];
    return kind ? [{ kind, name: engineNameOf(resource) }] : [];
  });

const engineNameOf = ({ urn, outputs }: StateResource): string =>
  typeof outputs?.["name"] === "string" ? outputs["name"] : nameOf(urn);
