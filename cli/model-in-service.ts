// Waits until a published model answers: the inference API looks at what is published every few
// seconds, and says itself which model it has and which one it doesn't take.
import { CommandError } from "./command";

/** What the inference API says of itself; undefined while it can't be asked. */
export interface Said {
  /** GET /model: the model that answers. */
  model?: { version: string; sha256?: string };
  /** GET /readyz: the published model, if that isn't the one that answers. */
  refused?: { sha256: string; reason: string };
  /** Why none answers. */
  message?: string;
}

export type Standing =
  | { kind: "answers" }
  | { kind: "refused"; reason: string; now: string }
  | { kind: "not yet"; now: string };

/** Pure, so that it can be tested without a service. `sha256`: of the model that was published. */
export function standingOf(said: Said | undefined, sha256: string): Standing {
  const now = nowOf(said);
  if (said?.model?.sha256 === sha256) return { kind: "answers" };
  if (said?.refused?.sha256 !== sha256) return { kind: "not yet", now };
  return { kind: "refused", reason: said.refused.reason, now };
}

function nowOf(said: Said | undefined): string {
  if (said === undefined) return "the inference API can't be asked";
  if (said.model !== undefined) return `model ${said.model.version} still answers`;
  return said.message ?? "no model answers";
}

export interface Waiting {
  ask: () => Promise<Said | undefined>;
  sha256: string;
  say: (line: string) => void;
  timeoutSeconds?: number;
  /** A refusal counts once it has stood so long: before, it may be that of an earlier try. */
  refusalSeconds?: number;
  everySeconds?: number;
}

/** Resolves when the model answers; rejects when it is refused, or doesn't answer in time. */
export async function waitForModel(waiting: Waiting): Promise<void> {
  const { ask, sha256, say, timeoutSeconds = 120, everySeconds = 1 } = waiting;
  // Longer than the inference API's MODEL_POLL_SECONDS, 10 by default.
  const { refusalSeconds = 15 } = waiting;
  const started = Date.now();
  let last = "";
  for (;;) {
    const standing = standingOf(await ask(), sha256);
    if (standing.kind === "answers") return;
    const seconds = (Date.now() - started) / 1000;
    if (standing.kind === "refused" && seconds >= refusalSeconds)
      throw new CommandError(
        `the inference API doesn't take this model: ${standing.reason}\n${standing.now}`,
      );
    if (seconds >= timeoutSeconds)
      throw new CommandError(
        `the model is published, but doesn't answer after ${timeoutSeconds} s: ${standing.now}; ` +
          "npm run logs -- inference shows more",
      );
    if (standing.now !== last) say(`waiting: ${standing.now}`);
    last = standing.now;
    await new Promise((resolve) => setTimeout(resolve, everySeconds * 1000));
  }
}
