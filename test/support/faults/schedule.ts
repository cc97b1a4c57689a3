// A random but repeatable series of misfortunes: the same seed gives the same one.
import type { Direction, Fault } from "./fault-proxy";

export const proxied = ["objectStore", "database", "inference"] as const;
export type Proxied = (typeof proxied)[number];
export const stores = ["minio", "postgres"] as const;
export type Store = (typeof stores)[number];

export type Misfortune =
  | { kind: "fault"; on: Proxied; fault: Fault }
  /** The store's own process is killed, or started again. */
  | { kind: "kill" | "start"; store: Store }
  /** The frontend's process is killed and started again at once. */
  | { kind: "crash" };

export interface Step {
  /** Since the step before. */
  afterMs: number;
  misfortune: Misfortune;
}

export type Random = () => number;

/** Numbers from 0 up to 1 (the generator mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const between = (random: Random, least: number, most: number): number =>
  Math.floor(least + random() * (most - least + 1));

export const oneOf = <T>(random: Random, choices: readonly T[]): T =>
  choices[between(random, 0, choices.length - 1)]!;

/** For how many steps a killed store stays down. */
const stepsDown = 4;

/** `faults` changes of network faults, each store killed and started once, and `crashes` of the frontend among them. */
export function schedule(random: Random, { faults = 40, crashes = 8 } = {}): Step[] {
  const misfortunes: Misfortune[] = Array.from({ length: faults }, () => ({
    kind: "fault",
    on: oneOf(random, proxied),
    fault: fault(random),
  }));
  stores.forEach((store, at) => {
    // Each in its own half.
    const half = Math.floor(faults / stores.length);
    const killed = half * at + between(random, 0, half - stepsDown - 2);
    misfortunes.splice(killed, 0, { kind: "kill", store });
    misfortunes.splice(killed + 1 + stepsDown, 0, { kind: "start", store });
  });
  for (let crash = 0; crash < crashes; crash += 1)
    misfortunes.splice(between(random, 0, misfortunes.length), 0, { kind: "crash" });
  return misfortunes.map((misfortune) => ({ afterMs: between(random, 100, 1500), misfortune }));
}

function fault(random: Random): Fault {
  const direction = oneOf<Direction>(random, ["toServer", "toClient"]);
  return oneOf<Fault>(random, [
    { kind: "none" },
    { kind: "delay", milliseconds: between(random, 20, 300) },
    { kind: "throttle", bytesPerSecond: between(random, 20_000, 200_000) },
    { kind: "reset" },
    { kind: "cut", direction, afterBytes: between(random, 0, 60_000) },
    { kind: "blackHole" },
    { kind: "refuse" },
  ]);
}
