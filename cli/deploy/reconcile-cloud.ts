// What an interrupted deployment, or somebody else, left of a stack's own server: things in the cloud that the state doesn't
// know, and a state that knows a server which the cloud doesn't have. Put right, so that the next `up` goes on by itself.
import type { Config } from "../../infra/config";
import {
  type Thing,
  Session,
  cloudNameOf,
  detachStrays,
  inWords,
  removeAll,
  serverStatus,
  strays,
} from "../../infra/openstack";
import { CommandError } from "../command";
import type { StepLog } from "../setup/steps";
import { forgetOnHost } from "./forget";
import { forgetPending, releaseDeadLocks } from "./reconcile";
import { serverOf } from "./stack-host";
import { type StackState, stateOf } from "./state";
import { removeStrayRules } from "./stray-rules";

export async function reconcileCloud(stack: string, config: Config, log: StepLog): Promise<void> {
  await releaseDeadLocks(stack, log.say);
  const session = await Session.open(config.openstack.cloud);
  const state = await stateOf(stack);
  const cloudName = cloudNameOf(stack, config.suffix);
  const found = await strays(session, { cloudName, owner: state.owner }, state.ids);
  if (found.foreign.length > 0)
    throw new CommandError(foreignStack(stack, cloudName, found.foreign));
  if (found.strays.length > 0) {
    log.say("a killed run left what the state doesn't know");
    await removeAll(session, found.strays, log.say);
  }
  const server = await serverIn(session, state);
  if (state.pendingOperations > 0) {
    log.say(`an earlier run was killed during ${state.pendingOperations} operations`);
    await removeStrayRules(session, state, log.say);
    if (server?.exists)
      await detachStrays(session, diskQuestion(server.id, config, state), log.say);
    await forgetPending(stack);
  }
  if (server?.exists === false) {
    // It took its containers along; a refresh would dial it for each of them.
    log.say(`the cloud has no server ${server.id} any more: everything on it is made anew`);
    await forgetOnHost(stack, log);
  }
}

/** The server that the state knows, and whether the cloud has it. */
async function serverIn(session: Session, state: StackState) {
  const id = serverOf(state);
  return id === undefined
    ? undefined
    : { id, exists: (await serverStatus(session, id)) !== undefined };
}

const volumeType = "openstack:blockstorage/volume:Volume";

const diskQuestion = (
  serverId: string,
  { dataVolume }: Config,
  { resources, ids }: StackState,
) => ({
  serverId,
  volumeIds: [
    ...resources.flatMap(({ type, id }) => (type === volumeType && id ? [id] : [])),
    ...(dataVolume.id === "" ? [] : [dataVolume.id]),
  ],
  knownIds: ids,
});

export const foreignStack = (
  stack: string,
  cloudName: string,
  foreign: readonly Pick<Thing, "kind" | "name" | "id">[],
): string =>
  `The OpenStack project has a stack "${cloudName}" that this clone's state doesn't know: ${foreign.map(inWords).join(", ")}
Either
  - it is another person's; give yours a name of its own:
                        npm run pulumi -- config set suffix NAME -s ${stack}
  - or it is yours, and its state is lost; remove it:
                        npm run sweep -- -s ${stack}
  - or use the state that knows it:
                        export PULUMI_BACKEND_URL=… (and its passphrase), then npm start again`;
