// What is known of a service's health, and how it changes with what is seen. Pure: time comes as a value.

/**
 * `starting`: hasn't been well since the portal began to look, and that isn't long ago.
 * `unknown`: not asked yet, or can't be asked: nothing is said about the service.
 */
export type State = "healthy" | "unhealthy" | "starting" | "unknown";

export interface Health {
  state: State;
  /** Since when it is in that state, as far as was seen. */
  since: Date;
  /** When it was last asked. */
  checkedAt: Date | undefined;
  /** Why it isn't healthy. */
  reason: string | undefined;
  hasBeenWell: boolean;
  /** Answers in a row that weren't good, and when the first of them was. */
  misses: number;
  missedSince: Date | undefined;
}

/** What one question brought. */
export type Finding =
  | { outcome: "well" }
  /** The service answers badly, or not at all. */
  | { outcome: "ill"; reason: string }
  /** The way to the service is closed: that says nothing about the service itself. */
  | { outcome: "unreachable"; reason: string };

export interface Patience {
  /** Bad answers in a row until a healthy service counts as unhealthy: one alone may be a busy moment. */
  misses: number;
  startSeconds: number;
}

export const unseen = (now: Date): Health => ({
  state: "unknown",
  since: now,
  checkedAt: undefined,
  reason: undefined,
  hasBeenWell: false,
  misses: 0,
  missedSince: undefined,
});

/** `lookingSince`: when the portal began to look. */
export function healthAfter(
  before: Health,
  finding: Finding,
  now: Date,
  { patience, lookingSince }: { patience: Patience; lookingSince: Date },
): Health {
  if (finding.outcome === "well") {
    const since = before.state === "healthy" ? before.since : now;
    return { ...unseen(since), state: "healthy", checkedAt: now, hasBeenWell: true };
  }
  const misses = before.misses + 1;
  const missedSince = before.missedSince ?? now;
  const { hasBeenWell } = before;
  const counted = { checkedAt: now, misses, missedSince, hasBeenWell };
  if (before.state === "healthy" && misses < patience.misses) return { ...before, ...counted };
  const isStarting =
    !hasBeenWell && now.getTime() - lookingSince.getTime() < patience.startSeconds * 1000;
  const state = stateOf(finding.outcome, isStarting);
  const since = state === before.state ? before.since : beginOf(state, before, missedSince, now);
  return { state, since, reason: finding.reason, ...counted };
}

function stateOf(outcome: "ill" | "unreachable", isStarting: boolean): State {
  if (outcome === "unreachable") return "unknown";
  return isStarting ? "starting" : "unhealthy";
}

/** A service that was well is down since its first bad answer, not since that was believed. */
function beginOf(state: State, before: Health, missedSince: Date, now: Date): Date {
  const wasKnown = before.state !== "unknown";
  return wasKnown && (state !== "unknown" || before.state === "healthy") ? missedSince : now;
}
