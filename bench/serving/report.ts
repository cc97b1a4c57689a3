// The result as a table for people and as data. Pure.
import { type Range, rangeOf } from "./statistics";

/** One competitor on one photo in one round. */
export interface Sample {
  readonly competitor: string;
  readonly photo: string;
  /** Processor time of all its processes a request. */
  readonly cpuMs: number;
  readonly perSecond: number;
  /** Latencies at 70 % of its own peak; the bare loop has none. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

export interface Row {
  readonly competitor: string;
  readonly photo: string;
  readonly cpuMs: Range;
  readonly perSecond: Range;
  readonly p50Ms?: Range;
  readonly p99Ms?: Range;
}

export interface Verdict {
  readonly photo: string;
  readonly aim: string;
  readonly met: boolean;
  readonly found: string;
}

export const OURS = "ours";
export const FASTAPI = "FastAPI";
export const BARE_LOOP = "bare loop";

/** CPU-milliseconds that framework and transfer may add to the bare loop. */
const OVERHEAD_AIM_MS = 0.7;

/** Rounds summed up, in the order in which photos and competitors first came. */
export function rowsOf(samples: readonly Sample[]): Row[] {
  const photos = [...new Set(samples.map(({ photo }) => photo))];
  const competitors = [...new Set(samples.map(({ competitor }) => competitor))];
  return photos.flatMap((photo) =>
    competitors.map((competitor) =>
      rowOf(samples.filter((sample) => sample.photo === photo && sample.competitor === competitor)),
    ),
  );
}

function rowOf(samples: readonly Sample[]): Row {
  const [first] = samples;
  if (first === undefined) throw new RangeError("a competitor has no sample of one of the photos");
  const { competitor, photo } = first;
  const range = (value: (sample: Sample) => number) => rangeOf(samples.map(value));
  const row = {
    competitor,
    photo,
    cpuMs: range((s) => s.cpuMs),
    perSecond: range((s) => s.perSecond),
  };
  if (first.p50Ms === undefined) return row;
  return { ...row, p50Ms: range((s) => s.p50Ms ?? NaN), p99Ms: range((s) => s.p99Ms ?? NaN) };
}

/** What was aimed at, and whether it was met: by the medians. */
export function verdictsOf(rows: readonly Row[]): Verdict[] {
  const photos = [...new Set(rows.map(({ photo }) => photo))];
  return photos.flatMap((photo) => {
    const cpuMs = (name: string) =>
      rows.find((row) => row.photo === photo && row.competitor === name)?.cpuMs.median ?? NaN;
    const overhead = cpuMs(OURS) - cpuMs(BARE_LOOP);
    return [
      {
        photo,
        aim: `less than ${OVERHEAD_AIM_MS} CPU-ms a request above the bare loop`,
        met: overhead < OVERHEAD_AIM_MS,
        found: `${overhead.toFixed(2)} above`,
      },
      {
        photo,
        aim: "fewer CPU-ms a request than FastAPI",
        met: cpuMs(OURS) < cpuMs(FASTAPI),
        found: `${cpuMs(OURS).toFixed(2)} against ${cpuMs(FASTAPI).toFixed(2)}`,
      },
    ];
  });
}

const HEADING = ["PHOTO", "SERVER", "CPU-MS A REQUEST", "REQUESTS/S", "P50 MS", "P99 MS"];

/** Cells of text: a heading, then one row each; median and, in brackets, the least and the most. */
export function cellsOf(rows: readonly Row[]): string[][] {
  const cells = rows.map(({ competitor, photo, cpuMs, perSecond, p50Ms, p99Ms }) => [
    photo,
    competitor,
    text(cpuMs, 2),
    text(perSecond, 0),
    p50Ms ? text(p50Ms, 1) : "-",
    p99Ms ? text(p99Ms, 1) : "-",
  ]);
  return [HEADING, ...cells];
}

function text({ median, least, most }: Range, digits: number): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

/** The same cells as a table in Markdown. */
export function markdownOf(cells: readonly (readonly string[])[]): string {
  const [heading = [], ...rows] = cells.map((row) => `| ${row.join(" | ")} |`);
  const rule = `|${" --- |".repeat(cells[0]?.length ?? 0)}`;
  return [heading, rule, ...rows].join("\n");
}

/** One line a verdict. */
export function verdictText({ photo, aim, met, found }: Verdict): string {
  return `${met ? "met   " : "MISSED"}  ${photo}: ${aim} (${found})`;
}
