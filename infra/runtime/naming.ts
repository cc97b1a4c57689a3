// Names and labels of everything a stack makes on an engine, so that two stacks never meet and all is found again.
import type * as pulumi from "@pulumi/pulumi";

export interface Naming {
  stack: string;
  /** Starts every name of the stack on the engine. */
  prefix: string;
}

/** While a stack is deployed its owner comes from the state (runtime/owner.ts): as an output it is known only then. */
export interface Owned<Owner extends pulumi.Input<string>> {
  stack: string;
  owner: Owner;
}

export type OwnedNaming<Owner extends pulumi.Input<string>> = Naming & Owned<Owner>;

export const labelNames = {
  stack: "feedback-loop.stack",
  owner: "feedback-loop.owner",
  service: "feedback-loop.service",
} as const;

export const engineName = ({ prefix }: Naming, part: string) => `${prefix}-${part}`;

/** Docker labels as name and value. */
export function labels<Owner extends pulumi.Input<string>>({
  stack,
  owner,
}: Owned<Owner>): Record<string, string | Owner> {
  return { [labelNames.stack]: stack, [labelNames.owner]: owner };
}

/** Labels of a container also name what it runs. */
export function containerLabels<Owner extends pulumi.Input<string>>(
  owned: Owned<Owner>,
  name: string,
): Record<string, string | Owner> {
  return { ...labels(owned), [labelNames.service]: name };
}

/** Docker labels in the form that the Docker provider takes. */
export const labelList = <Value>(byName: Record<string, Value>) =>
  Object.entries(byName).map(([label, value]) => ({ label, value }));
