// What the state knows of a stack, as far as the commands need it.
import { ownerResource } from "../../infra/runtime/owner";
import { wasSetUp, isSetUp } from "../setup/findings";
import { type Endpoints, backendIsShared, pulumi, stackExists } from "../setup/stack";

export interface StackState {
  resources: readonly StateResource[];
  /** Ids of all resources. */
  ids: ReadonlySet<string>;
  /** Begun, with nothing known of their end. */
  pendingOperations: number;
  /** Value of the label by which the stack's things are told (infra/runtime/owner.ts). */
  owner?: string;
}

/** As `pulumi stack export` prints it. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  /** Another one has taken its place, and it is to go. */
  delete?: boolean;
  /** As the program gave it: another value asks for another resource in its place. */
  replacementTrigger?: unknown;
  /** When it was made, ISO 8601. */
  created?: string;
}

export const noState: StackState = { resources: [], ids: new Set(), pendingOperations: 0 };

/** The state of a stack that exists. */
export const stateOf = async (stack: string): Promise<StackState> =>
  readState(await pulumi(["stack", "export", "--stack", stack]));

/** The state as it is known without setting anything up; undefined when only Pulumi could tell. */
export async function stateIfKnown(stack: string): Promise<StackState | undefined> {
  if (isSetUp()) return (await stackExists(stack)) ? stateOf(stack) : noState;
  return wasSetUp() || backendIsShared() ? undefined : noState;
}

export function readState(exported: string): StackState {
  const { deployment } = JSON.parse(exported) as {
    deployment?: { resources?: StateResource[]; pending_operations?: unknown[] };
  };
  const resources = deployment?.resources ?? [];
  const owner = resources.find(
    ({ urn, type }) => type === ownerResource.type && nameOf(urn) === ownerResource.name,
  )?.outputs?.["hex"];
  return {
    resources,
    ids: new Set(resources.flatMap(({ id }) => (id ? [id] : []))),
    pendingOperations: deployment?.pending_operations?.length ?? 0,
    ...(typeof owner === "string" && { owner }),
  };
}

/** What the stack told its users last; nothing of it is secret in the state's own form. */
export const outputsOf = (state: StackState | undefined): Record<string, unknown> =>
  state?.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};

export const endpointsOf = (state: StackState | undefined): Endpoints =>
  (outputsOf(state)["endpoints"] ?? {}) as Endpoints;

/** The resource's own name, which ends its URN. */
export const nameOf = (urn: string): string => urn.split("::").at(-1) ?? urn;
