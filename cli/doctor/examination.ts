// A stack's machine, examined: its facts against what the stack needs.
import { type Config, readConfig } from "../../infra/config";
import { freeMiB, memoryMiB } from "../../infra/host/host-needs";
import { hostKeyOf } from "../../infra/host/ssh-login";
import { catalogue } from "../../infra/services/catalogue";
import { CommandError } from "../command";
import { type StackState, nameOf } from "../deploy/state";
import { pulumi } from "../setup/stack";
import { contact } from "./contact";
import { factsScript } from "./facts";
import { type Needs, type Verdict, verdicts } from "./verdicts";

/** All verdicts on the machine of a stack. */
export async function examine(
  stack: string,
  config: Config,
  state: StackState,
): Promise<Verdict[]> {
  const script = factsScript({ stack, registry: config.registryMirror });
  const { verdict, facts } = await contact(config, hostKeyIn(state), script);
  return facts ? [verdict, ...verdicts(facts, needsOf(config))] : [verdict];
}

/**
 * Rejects when the machine that a stack was deployed to before isn't fit any more. A new one is left to the gate, which
 * waits while it boots.
 */
export async function refuseUnfitHost(stack: string, state: StackState): Promise<void> {
  if (hostKeyIn(state) === undefined) return;
  const found = await examine(stack, await configOf(stack), state);
  const failed = found.filter(({ ok }) => ok === false);
  if (failed.length > 0) throw new CommandError(failed.map(({ words }) => words).join("\n"));
}

/** The key that the gate saw at first contact (infra/host/ssh-engine.ts). */
export function hostKeyIn({ resources }: Pick<StackState, "resources">): string | undefined {
  const gate = resources.find(({ urn }) => nameOf(urn) === "host-gate");
  const printed = gate?.outputs?.["stdout"];
  return typeof printed === "string" ? hostKeyOf(printed) : undefined;
}

function needsOf(config: Config): Needs {
  const specs = catalogue(config);
  const open = specs
    .flatMap((spec) => (spec.kind === "service" ? spec.ports : []))
    .filter(({ open }) => open === "students");
  return {
    memoryMiB: memoryMiB(specs),
    freeMiB: freeMiB(config),
    ports: Object.fromEntries(open.map(({ name }) => [name, config.ports[name]])),
    registry: config.registryMirror,
    now: Date.now() / 1000,
  };
}

/** The stack's configuration as its program reads it. */
export async function configOf(stack: string): Promise<Config> {
  const prefix = "feedback-loop:";
  const values = JSON.parse(await pulumi(["config", "--json", "--stack", stack])) as Record<
    string,
    { value?: string }
  >;
  const own = Object.entries(values).filter(([key]) => key.startsWith(prefix));
  try {
    return readConfig(
      Object.fromEntries(own.map(([key, { value = "" }]) => [key.slice(prefix.length), value])),
    );
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}
