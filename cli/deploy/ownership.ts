// One engine, several clones: whose stack runs there.
import { CommandError } from "../command";
import { existsSync } from "node:fs";
import type { Engine, Labelled } from "../engine";
import { root } from "../paths";

/** Rejects when another clone's stack of this name runs on the engine: the two would take each other's names and ports. */
export async function refuseForeignStack(engine: Engine, stack: string): Promise<void> {
  const containers = await engine.containers({ stack });
  const message = foreignStack(containers, { stack, owner: root, exists: existsSync });
  if (message) throw new CommandError(message);
}

interface Asked {
  stack: string;
  /** The clone that wants to deploy. */
  owner: string;
  exists(folder: string): boolean;
}

/** Whose stack it is and what to do; undefined when there is none. */
export function foreignStack(containers: readonly Labelled[], asked: Asked): string | undefined {
  const foreign = containers.filter(({ owner }) => owner !== asked.owner);
  const [oldest] = foreign.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  if (!oldest) return undefined;
  const { owner, createdAt } = oldest;
  const option = asked.stack === "local" ? "" : ` -s ${asked.stack}`;
  const remove = asked.exists(owner)
    ? `remove it there:      cd ${owner} && npm run destroy${option && ` --${option}`}`
    : `that clone is gone; remove its stack from here:
                        npm run destroy -- --owner ${owner}${option}`;
  return `The stack "${asked.stack}" of another clone runs on this Docker Engine:
  clone ${owner}, since ${createdAt}, ${foreign.length} containers
Either
  - ${remove}
  - or deploy another stack here, with ports of its own:
                        npm run pulumi -- stack init NAME --no-select
                        npm run pulumi -- config set --path ports.frontend 5050 -s NAME    (and the others)
                        npm start -- -s NAME`;
}
