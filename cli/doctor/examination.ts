// A stack's machine, examined: its facts against what the stack needs.
import type { Config } from "../../infra/config";
import { factsScript } from "../../infra/host/facts";
import { hostNeeds } from "../../infra/host/host-needs";
import { loopback } from "../../infra/host/local-engine";
import { hostKeyOf } from "../../infra/host/ssh-login";
import { type Verdict, verdicts } from "../../infra/host/verdicts";
import { catalogue } from "../../infra/services/catalogue";
import { CommandError } from "../command";
import { type StackState, nameOf } from "../deploy/state";
import { root } from "../paths";
import { withAddress } from "../deploy/stack-host";
import { contact } from "./contact";
import { examineCloud } from "./openstack";

/** All verdicts on where a stack is to run: its cloud, if it makes its server there, and its machine, once there is one. */
export async function examine(
  stack: string,
  config: Config,
  state: StackState,
): Promise<Verdict[]> {
  if (config.target !== "chameleon") return examineHost(stack, config, state);
  const found = await examineCloud(stack, config, state);
  return withAddress(config, state).ssh.address === ""
    ? found
    : [...found, ...(await examineHost(stack, config, state))];
}

async function examineHost(stack: string, given: Config, state: StackState): Promise<Verdict[]> {
  const config = withAddress(given, state);
  const bindAddress = config.target === "local" ? loopback : config.ssh.bindAddress;
  const needs = hostNeeds({ catalogue: catalogue(config), config, stack, bindAddress, root });
  const { verdict, facts } = await contact(config, hostKeyIn(state), factsScript(needs));
  return facts ? [verdict, ...verdicts(facts, needs, Date.now() / 1000)] : [verdict];
}

/** Rejects when the machine of a stack isn't fit, with all that is wrong. */
export async function refuseUnfitHost(
  stack: string,
  config: Config,
  state: StackState,
): Promise<void> {
  refuseBy(await examineHost(stack, config, state));
}

/** Rejects when the cloud lacks what the stack needs of it. */
export async function refuseUnfitCloud(
  stack: string,
  config: Config,
  state: StackState,
): Promise<void> {
  refuseBy(await examineCloud(stack, config, state));
}

function refuseBy(found: readonly Verdict[]): void {
  const failed = found.filter(({ ok }) => ok === false);
  if (failed.length > 0) throw new CommandError(failed.map(({ words }) => words).join("\n"));
}

/** The key that the gate saw at first contact (infra/host/ssh-engine.ts). */
export function hostKeyIn({ resources }: Pick<StackState, "resources">): string | undefined {
  const gate = resources.find(({ urn }) => nameOf(urn) === "host-gate");
  const printed = gate?.outputs?.["stdout"];
  return typeof printed === "string" ? hostKeyOf(printed) : undefined;
}
