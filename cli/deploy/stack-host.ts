// Which engine a stack's things are on, as its state says: commands look there, not where the configuration would go now.
import {
  dockerHost,
  sshOptions as pinnedOptions,
  unpinnedOptions,
} from "../../infra/host/ssh-login";
import type { Config } from "../../infra/config";
import { Engine, type Endpoint } from "../engine";
import { defaultStack } from "../setup/stack";
import { configOf } from "./stack-config";
import { type StackState, noState } from "./state";

type Known = Pick<StackState, "resources">;

/** The stack's engine, as its Docker provider was given it; undefined for this machine's, or when none is known. */
export function endpointOf(state: Known): Endpoint | undefined {
  const inputs = dockerProvider(state)?.inputs;
  const host = inputs?.["host"];
  if (typeof host !== "string" || host.startsWith("unix:")) return undefined;
  return { host, sshOptions: textList(inputs?.["sshOpts"]) };
}

const dockerProvider = ({ resources }: Known) =>
  resources.find(({ type }) => type === "pulumi:providers:docker");

/** Lists among a provider's inputs are JSON in the state. */
function textList(input: unknown): string[] {
  const value: unknown = typeof input === "string" ? JSON.parse(input) : input;
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

export const engineOf = (state: Known): Engine => new Engine(endpointOf(state));

/** The engine of a stack, also after its end: what was kept then is where its settings say. */
export async function engineOfStack(stack: string, state: StackState): Promise<Engine> {
  if (hasPlace(state) || state === noState) return engineOf(state);
  const { target, ssh } = await configOf(stack);
  if (target === "local") return new Engine();
  const sshOptions = ssh.hostKey === "" ? unpinnedOptions(ssh) : pinnedOptions(ssh, ssh.hostKey);
  return new Engine({ host: dockerHost(ssh), sshOptions });
}

/** Type of a server of a stack's own, in a cloud. */
const serverType = "openstack:compute/instance:Instance";
const floatingIpType = "openstack:networking/floatingIp:FloatingIp";

/** Id of the stack's own server; undefined where it has none, or none yet. */
export const serverOf = (state: Known): string | undefined => serverIn(state)?.id;

const serverIn = ({ resources }: Known) =>
  resources.find((resource) => resource.type === serverType && !resource.delete);

/** Whether the settings ask for another server in place of the one that there is. */
export function isToBeReplaced(state: Known, { openstack }: Pick<Config, "openstack">): boolean {
  const server = serverIn(state);
  return server !== undefined && server.replacementTrigger !== openstack.generation;
}

/** The address of a stack's own server: that of its engine, else of its floating IP; undefined before it has one. */
export function addressOf(state: Known): string | undefined {
  const host = endpointOf(state)?.host;
  if (host !== undefined) return new URL(host).hostname;
  const address = state.resources.find(({ type }) => type === floatingIpType)?.outputs?.["address"];
  return typeof address === "string" ? address : undefined;
}

/** The settings with the machine's address, also where only the state knows it. Empty: there is no machine yet. */
export function withAddress(config: Config, state: Known): Config {
  if (config.target !== "chameleon") return config;
  const address = serverOf(state) && (addressOf(state) ?? config.openstack.floatingIp);
  return { ...config, ssh: { ...config.ssh, address: address ?? "" } };
}

/** For people: where a stack runs. */
export const placeOf = (state: Known): string => endpointOf(state)?.host ?? "this machine";

/** Whether the state says where: before its first deployment, and after its end, a stack is nowhere. */
export const hasPlace = (state: Known): boolean => dockerProvider(state) !== undefined;

/** For people, where nothing of a stack was found. */
export function nothingThere(stack: string, state: Known): string {
  const where = hasPlace(state) ? `nothing of it is on ${placeOf(state)}` : "it isn't deployed";
  const option = stack === defaultStack ? "" : ` -- -s ${stack}`;
  return `stack "${stack}": ${where}; npm start${option} deploys it`;
}
