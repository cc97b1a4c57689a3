// How long to wait before trying failed work again.

/** Waiting grows to this many times the first wait: stores that are back are found soon enough. */
const LARGEST_FACTOR = 8;

/**
 * Seconds before the next try after `failures` tries in a row that failed (1 or more): the base,
 * doubled with every further failure, up to eight times the base.
 */
export function backoffSeconds(failures: number, baseSeconds: number): number {
  return baseSeconds * Math.min(2 ** (Math.max(1, failures) - 1), LARGEST_FACTOR);
}
