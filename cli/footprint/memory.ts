// What the kernel says of a container's memory: its control group, which the container sees itself, in version 1 or 2.

export interface MemoryReading {
  /** Without cached files that the kernel gives back when somebody else needs the room. */
  usedBytes: number;
  /** The most since the start, cached files included; undefined where the kernel doesn't count it (version 2 before Linux 5.19). */
  peakBytes?: number;
  /** Processes that were killed for want of memory. */
  outOfMemoryKills: number;
}

/** Where a number is: alone in a file, or behind its name on a line. */
type Place = readonly [file: string, name?: string];
interface Places {
  current: Place;
  peak: Place;
  cachedFiles: Place;
  kills: Place;
}

const version1: Places = {
  current: ["/sys/fs/cgroup/memory/memory.usage_in_bytes"],
  peak: ["/sys/fs/cgroup/memory/memory.max_usage_in_bytes"],
  cachedFiles: ["/sys/fs/cgroup/memory/memory.stat", "total_inactive_file"],
  kills: ["/sys/fs/cgroup/memory/memory.oom_control", "oom_kill"],
};
const version2: Places = {
  current: ["/sys/fs/cgroup/memory.current"],
  peak: ["/sys/fs/cgroup/memory.peak"],
  cachedFiles: ["/sys/fs/cgroup/memory.stat", "inactive_file"],
  kills: ["/sys/fs/cgroup/memory.events", "oom_kill"],
};

const files = [version1, version2].flatMap((places) =>
  (Object.values(places) as Place[]).map(([file]) => file),
);

/** Prints `FILE:LINE` for all lines of the files that are there; in the container, so that it works wherever the engine is. */
export const readMemory: readonly string[] = ["sh", "-c", `grep -Hs "" ${files.join(" ")} || true`];

/** Undefined when nothing of it is there. */
export function parseReading(printed: string): MemoryReading | undefined {
  const lines = printed.split("\n").filter((line) => line !== "");
  const version = lines.some((line) => line.startsWith(`${version2.current[0]}:`))
    ? version2
    : version1;
  const current = numberIn(lines, version.current);
  if (current === undefined) return undefined;
  const cached = numberIn(lines, version.cachedFiles) ?? 0;
  const peakBytes = numberIn(lines, version.peak);
  return {
    usedBytes: Math.max(0, current - cached),
    ...(peakBytes !== undefined && { peakBytes }),
    outOfMemoryKills: numberIn(lines, version.kills) ?? 0,
  };
}

/** The number in a file, or behind a name in it. */
function numberIn(lines: readonly string[], [file, name]: Place): number | undefined {
  const start = name === undefined ? `${file}:` : `${file}:${name} `;
  const line = lines.find((candidate) => candidate.startsWith(start));
  const value = Number(line?.slice(start.length));
  return line === undefined || Number.isNaN(value) ? undefined : value;
}
