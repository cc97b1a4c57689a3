// Which engine a stack's things are on, as its state says: commands look there, not where the configuration would go now.
import { Engine, type Endpoint } from "../engine";
import type { StackState } from "./state";

type Known = Pick<StackState, "resources">;

/** The stack's engine, as its Docker provider was given it; undefined for this machine's, or when none is known. */
export function endpointOf({ resources }: Known): Endpoint | undefined {
  const inputs = resources.find(({ type }) => type === dockerProviderType)?.inputs;
  const host = inputs?.["host"];
  if (typeof host !== "string" || host.startsWith("unix:")) return undefined;
  return { host, sshOptions: textList(inputs?.["sshOpts"]) };
}

const dockerProviderType = "pulumi:providers:docker";

/** Lists among a provider's inputs are JSON in the state. */
function textList(input: unknown): string[] {
  const value: unknown = typeof input === "string" ? JSON.parse(input) : input;
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

export const engineOf = (state: Known): Engine => new Engine(endpointOf(state));

/** For people: where a stack runs. */
export const placeOf = (state: Known): string => endpointOf(state)?.host ?? "this machine";
