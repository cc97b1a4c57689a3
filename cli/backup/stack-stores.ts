// The stores of a running stack, as backup and restore reach them: PostgreSQL by programs inside its own container, the
// object store by a program of ours in a container of the stack's networks. Neither needs a port that is open.
import { engineName } from "../../infra/runtime/naming";
import { CommandError } from "../command";
import { knownState } from "../deploy/known-state";
import { configOf } from "../deploy/stack-config";
import { endpointOf, engineOf, nothingThere, placeOf } from "../deploy/stack-host";
import { type StackState, outputsOf } from "../deploy/state";
import { type ContainerState, type Endpoint, type Engine, reachable } from "../engine";
import { root } from "../paths";
import { pulumi } from "../setup/stack";

export interface StackStores {
  stack: string;
  state: StackState;
  engine: Engine;
  /** The engine's; undefined for this machine's. */
  endpoint?: Endpoint;
  /** Id of the container. */
  postgres: string;
  objectStore: { user: string; password: string };
  naming: { prefix: string; stack: string; owner: string };
  /** Id of an image that has Node.js. */
  nodeImage: string;
  /** The engine's name of the network that the object store is in. */
  storageNetwork: string;
  /** What all containers of the stack are under (the key of the same name). */
  cgroupParent: string;
}

export async function storesOf(stack: string): Promise<StackStores> {
  const state = await knownState(stack);
  const engine = await reachable(engineOf(state));
  const containers = (await engine.containers({ stack })).filter(({ id }) => state.ids.has(id));
  if (containers.length === 0) throw new CommandError(nothingThere(stack, state));
  for (const service of ["postgres", "minio"]) needRunning(containers, service, placeOf(state));
  const postgres = containers.find(({ service }) => service === "postgres")!;
  const credentials = await credentialsOf(stack);
  const naming = { prefix: `feedback-loop-${stack}`, stack, owner: state.owner ?? root };
  return {
    stack,
    state,
    engine,
    endpoint: endpointOf(state),
    postgres: postgres.id,
    objectStore: credentials["object-store-root"]!,
    naming,
    nodeImage: (outputsOf(state)["images"] as Record<string, string>)["provision"]!,
    storageNetwork: engineName(naming, "storage"),
    cgroupParent: (await configOf(stack)).cgroupParent,
  };
}

function needRunning(containers: readonly ContainerState[], service: string, place: string): void {
  const found = containers.find((container) => container.service === service);
  if (found?.status === "running") return;
  throw new CommandError(
    `${service} of the stack isn't running on ${place}: npm start brings it up, npm run status shows how it fares`,
  );
}

/** All logins and keys of a stack, as its output `credentials` tells them. */
export async function credentialsOf(
  stack: string,
): Promise<Record<string, { user: string; password: string }>> {
  const args = ["stack", "output", "credentials", "--json", "--show-secrets", "--stack", stack];
  return JSON.parse(await pulumi(args)) as Record<string, { user: string; password: string }>;
}
