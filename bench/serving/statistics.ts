// Figures from samples. Pure.

/** Median with the smallest and the largest value: what is reported of several rounds. */
export interface Range {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function rangeOf(values: readonly number[]): Range {
  const sorted = ascending(values);
  return {
    median: (at(sorted, (sorted.length - 1) >> 1) + at(sorted, sorted.length >> 1)) / 2,
    least: at(sorted, 0),
    most: at(sorted, sorted.length - 1),
  };
}

/** The smallest value that at least `percent` of all values don't exceed ("nearest rank"). */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.ceil((percent / 100) * values.length);
  return at(ascending(values), Math.max(rank, 1) - 1);
}

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError("there are no values to make a figure of");
  return value;
}
