// Stacks for commands that may come first in a clone: what Pulumi needs is set up where there may be a state.
import { CommandError } from "../command";
import { wasSetUp } from "../setup/findings";
import { providePulumi } from "../setup/machine";
import { backendIsShared, stackExists } from "../setup/stack";
import { type StackState, noState, stateOf } from "./state";

/** Nothing is set up only to find that there is no state. */
export async function knownState(stack: string): Promise<StackState> {
  if (!wasSetUp() && !backendIsShared()) return noState;
  await providePulumi();
  return (await stackExists(stack)) ? stateOf(stack) : noState;
}

/** Rejects when nobody made the stack yet. */
export async function needStack(stack: string): Promise<void> {
  await providePulumi();
  if (await stackExists(stack)) return;
  throw new CommandError(
    `there is no stack "${stack}"; make it with: npm run pulumi -- stack init ${stack}`,
  );
}
