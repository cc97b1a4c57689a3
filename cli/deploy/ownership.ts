// One engine, several states: whose stack it is that runs there.
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { type Maker, makerOf } from "../../infra/runtime/owner";
import { CommandError } from "../command";
import type { Engine, Labelled } from "../engine";
import { root } from "../paths";
import type { StackState } from "./state";

/** Who asks: this machine and this clone. */
const here = (): Maker => ({ host: hostname(), clone: root });

type Known = Pick<StackState, "ids" | "owner">;

/**
 * Whether something on the engine belongs to the stack of this state. That this clone made it isn't enough: it may have
 * been with another state, shared with others.
 */
export function isOurs(
  { id, owner }: Pick<Labelled, "id" | "owner">,
  state: Known,
  clone = root,
): boolean {
  if (state.ids.has(id) || owner === state.owner) return true;
  // Labels of deployments before states had owners are a clone and nothing else.
  return owner === clone;
}

/** Whether `--owner VALUE` means it: the whole label, or the clone that made it. */
export const isOf = ({ owner }: Pick<Labelled, "owner">, given: string): boolean =>
  owner === given || makerOf(owner).clone === given;

/** Rejects when another stack of this name runs on the engine: the two would take each other's names and ports. */
export async function refuseForeignStack(
  engine: Engine,
  stack: string,
  state: Known,
): Promise<void> {
  const containers = await engine.containers({ stack });
  const foreign = containers.filter((found) => !isOurs(found, state));
  const message = foreignStack(foreign, { stack, asking: here(), exists: existsSync });
  if (message) throw new CommandError(message);
}

interface Asked {
  stack: string;
  asking: Maker;
  exists: (folder: string) => boolean;
}

/** Whose stack it is and what to do; undefined when there is none. */
export function foreignStack(
  foreign: readonly Labelled[],
  { stack, asking, exists }: Asked,
): string | undefined {
  const [oldest] = [...foreign].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  if (!oldest) return undefined;
  const { owner, createdAt } = oldest;
  const { host = asking.host, clone } = makerOf(owner);
  const option = stack === "local" ? "" : ` -s ${stack}`;
  const isHere = host === asking.host && clone !== asking.clone && exists(clone);
  const remove = isHere
    ? `remove it there:      cd ${clone} && npm run destroy${option && ` --${option}`}`
    : `${gone(host, clone, asking)}; remove its stack from here:
                        npm run destroy -- --owner '${owner}'${option}`;
  return `A stack "${stack}" that this clone's state doesn't know runs on this Docker Engine:
  made by clone ${clone}${host === asking.host ? "" : ` on ${host}`}, since ${createdAt}, ${foreign.length} containers
Either
  - ${remove}
  - or use the state that knows it:
                        export PULUMI_BACKEND_URL=… (and its passphrase), then npm start again
  - or deploy another stack here, with ports of its own:
                        npm run pulumi -- stack init NAME --no-select
                        npm run pulumi -- config set --path ports.frontend 5050 -s NAME    (and the others)
                        npm start -- -s NAME`;
}

function gone(host: string, clone: string, asking: Maker): string {
  if (host !== asking.host) return "nobody else needs it";
  return clone === asking.clone ? "its state is another or lost" : "that clone is gone";
}
