// What was read of all containers, as a table for people, for documents, and for programs.
import type { ContainerState } from "../engine";
import { table } from "../status";
import type { MemoryReading } from "./memory";

export interface Footprint {
  service: string;
  /** The least and the most in use while it was looked at; undefined when it couldn't be. */
  leastBytes?: number;
  mostBytes?: number;
  /** The most since the container's start, with cached files, as far as the kernel counts it. */
  peakBytes?: number;
  limitBytes: number;
  outOfMemoryKills: number;
}

type Watched = Pick<ContainerState, "name" | "service" | "memoryLimitBytes">;

export function footprintOf(container: Watched, readings: readonly MemoryReading[]): Footprint {
  const used = readings.map(({ usedBytes }) => usedBytes);
  const peaks = readings.flatMap(({ peakBytes }) => peakBytes ?? []);
  return {
    service: container.service ?? container.name,
    ...(used.length > 0 && { leastBytes: Math.min(...used), mostBytes: Math.max(...used) }),
    ...(peaks.length > 0 && { peakBytes: Math.max(...peaks) }),
    limitBytes: container.memoryLimitBytes,
    outOfMemoryKills: Math.max(0, ...readings.map(({ outOfMemoryKills }) => outOfMemoryKills)),
  };
}

/** All containers together. Each reached its peak at another time: the sum is more than what they ever took together. */
export function total(footprints: readonly Footprint[]): Footprint {
  const sum = (of: (footprint: Footprint) => number | undefined) =>
    footprints.reduce((added, footprint) => added + (of(footprint) ?? 0), 0);
  return {
    service: "together",
    leastBytes: sum(({ leastBytes }) => leastBytes),
    mostBytes: sum(({ mostBytes }) => mostBytes),
    peakBytes: sum(({ peakBytes }) => peakBytes),
    limitBytes: sum(({ limitBytes }) => limitBytes),
    outOfMemoryKills: sum(({ outOfMemoryKills }) => outOfMemoryKills),
  };
}

const mebibyte = 1024 ** 2;
/** 0 stands for no limit. */
const inMiB = (bytes: number | undefined) =>
  bytes === undefined ? "-" : String(Math.round(bytes / mebibyte));

/** In use: one number, or from the least to the most where they differ. */
function inUse({ leastBytes, mostBytes }: Footprint): string {
  const [least, most] = [inMiB(leastBytes), inMiB(mostBytes)];
  return least === most ? least : `${least} to ${most}`;
}

const row = (footprint: Footprint): string[] => [
  footprint.service,
  inUse(footprint),
  inMiB(footprint.peakBytes),
  footprint.limitBytes === 0 ? "none" : inMiB(footprint.limitBytes),
  String(footprint.outOfMemoryKills),
];

const rows = (footprints: readonly Footprint[]) => [...footprints, total(footprints)].map(row);

export const text = (footprints: readonly Footprint[]): string =>
  table([["SERVICE", "IN USE (MiB)", "PEAK", "LIMIT", "OOM"], ...rows(footprints)]);

export const json = (footprints: readonly Footprint[]): string =>
  JSON.stringify({ services: footprints, together: total(footprints) }, undefined, 2);

export const markdown = (footprints: readonly Footprint[]): string =>
  [
    "| service | in use, MiB | peak | limit |",
    "|---|---|---|---|",
    ...rows(footprints).map((entries) => `| ${entries.slice(0, 4).join(" | ")} |`),
  ].join("\n");
