// What a process and everything it started have used: processor time and memory, from /proc.
// Fields: proc_pid_stat(5), proc_pid_status(5).
import { readFileSync, readdirSync } from "node:fs";

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Processor time of all its threads, and of its children that have ended and were waited for. */
  readonly cpuMs: number;
}

/** The kernel reports times in units of USER_HZ, 100 a second on every architecture Node.js runs on. */
const MS_PER_TICK = 10;

/** One line of /proc/PID/stat. The name, in brackets, may hold blanks and brackets itself. */
export function parseStat(line: string): ProcessStat {
  const pid = Number.parseInt(line, 10);
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  // The first of these is field 3 of the manual, "state"; utime to cstime are 14 to 17.
  const ticks = fields.slice(11, 15).map(Number);
  const cpuMs = ticks.reduce((sum, part) => sum + part, 0) * MS_PER_TICK;
  const parent = Number(fields[1]);
  if (![pid, parent, cpuMs].every(Number.isFinite) || ticks.length < 4)
    throw new Error(`/proc/PID/stat can't be understood: ${line}`);
  return { pid, parent, cpuMs };
}

/** A process and its descendants. */
export function treeOf(root: number, processes: readonly ProcessStat[]): ProcessStat[] {
  const children = processes.filter(({ parent }) => parent === root);
  const itself = processes.filter(({ pid }) => pid === root);
  return [...itself, ...children.flatMap(({ pid }) => treeOf(pid, processes))];
}

/** Processor time used so far, in milliseconds. */
export function cpuMsOf(root: number): number {
  return treeOf(root, running()).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Resident memory now, in MiB; pages that processes share are counted for each. */
export function residentMiBOf(root: number): number {
  const kib = treeOf(root, running()).map(({ pid }) => {
    const status = readProc(`${pid}/status`) ?? "";
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  });
  return kib.reduce((sum, part) => sum + part, 0) / 1024;
}

function running(): ProcessStat[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readProc(`${pid}/stat`))
    .filter((line) => line !== undefined)
    .map(parseStat);
}

/** Undefined for a process that has ended meanwhile. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return undefined;
  }
}
