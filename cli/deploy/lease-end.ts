// When the lease of a stack's server ends, which takes the server and its disk along.
import { leaseWarning } from "../../infra/lease-end";
import { configOf } from "./stack-config";
import { serverOf } from "./stack-host";
import { type StackState, outputsOf } from "./state";

const dayMs = 86_400_000;

/** For people; undefined where it isn't known, or the stack has no server of its own. */
export async function leaseEndWords(
  stack: string,
  state: StackState,
  now = Date.now(),
): Promise<string | undefined> {
  if (serverOf(state) === undefined) return undefined;
  const end = await leaseEndOf(stack, state);
  return end === "" ? undefined : endInWords(end, now);
}

/** As set, for a lease that was prolonged since the last deployment; else as deployed. */
async function leaseEndOf(stack: string, state: StackState): Promise<string> {
  const { expiresAt } = outputsOf(state);
  const set = await configOf(stack).then(
    ({ leaseEnd }) => leaseEnd,
    // Whatever is wrong with the settings, it isn't what this is about.
    () => "",
  );
  return set || (typeof expiresAt === "string" ? expiresAt : "");
}

export function endInWords(end: string, now: number): string {
  const warning = leaseWarning(end, now);
  if (warning !== undefined) return `WARNING: ${warning}`;
  const days = Math.floor((Date.parse(end) - now) / dayMs);
  return `The lease ends at ${end}, in ${days} ${days === 1 ? "day" : "days"}.`;
}
