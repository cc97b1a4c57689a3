// A worker for tests of what happens when one dies: the photo's first byte says how. It has no model.
import { setTimeout as delay } from "node:timers/promises";
import type { Outcome, Task } from "../classifier/task";

export const DEATHS = { exit: 1, uncaught: 2 } as const;
const WELL = 0;
/** A photo that its worker is long at work on, and then well. */
export const LONG = 3;
const longMs = 3000;

export async function classify({ photo }: Task): Promise<Outcome> {
  const way = photo[0] ?? WELL;
  await delay(way === LONG ? longMs : 20); // long enough for others to come and wait
  if (way === DEATHS.exit) process.exit(3);
  if (way === DEATHS.uncaught) {
    setImmediate(() => {
      throw new Error("nobody catches this");
    });
    await delay(60_000);
  }
  const logits = new Float32Array(11).fill(0);
  return { kind: "classified", logits, decodeSeconds: 0.01, inferenceSeconds: 0.01 };
}

export function selfTest(): void {
  // passes
}
