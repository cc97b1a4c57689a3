// Values, changes and renderings in lines of text that both outputs share.
import { stringify } from "yaml";
import type { Change, Difference, Kind, ResourceChange } from "./difference";
import { type Value, visible } from "./rendering";

/** A value as YAML, in which scripts stay readable. */
export const valueLines = (value: Value): string[] => rawLines(value).map(visible);

/** With the fingerprints of secrets. */
const rawLines = (value: Value): string[] =>
  stringify(value, { lineWidth: 0 }).trimEnd().split("\n");

export const counts: readonly (readonly [Kind, string])[] = [
  ["added", "to add"],
  ["removed", "to remove"],
  ["replaced", "to replace"],
  ["changed", "to change in place"],
];

/** `2 to add, 1 to replace, 30 unchanged`. */
export function sumOf({ resources, unchanged }: Difference): string {
  const parts = counts.flatMap(([kind, words]) => {
    const count = resources.filter((resource) => resource.kind === kind).length;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  return [...(parts.length > 0 ? parts : ["no resource changes"]), `${unchanged} unchanged`].join(
    ", ",
  );
}

/** Why a resource is replaced: names of properties and of other resources, each once. */
export function reasonsOf({ changes }: ResourceChange): string[] {
  const reasons = changes
    .filter(({ replaces }) => replaces)
    .map(({ path, because }) => (path === "" ? (because ?? "") : (path.split(/[.[]/)[0] ?? path)));
  return [...new Set(reasons)];
}

/** One change in lines that begin with `-`, `+` or a blank, as in a patch. */
export function changeLines({ path, before, after, because }: Change): string[] {
  if (because !== undefined)
    return [path === "" ? `  together with ${because}` : `  ${path}: another one, from ${because}`];
  const [old, now] = [before, after].map((value) => (value === undefined ? [] : rawLines(value)));
  const lines = patch(old!, now!);
  if (old!.length <= 1 && now!.length <= 1)
    return shown(lines).map((line) => `${line[0]} ${path}: ${line.slice(1)}`);
  return [`  ${path}:`, ...shown(lines).map((line) => `${line[0]}   ${line.slice(1)}`)];
}

/** A secret that changed reads the same before and after. */
function shown(lines: readonly string[]): string[] {
  const removed = new Set(lines.filter((line) => line[0] === "-").map((line) => line.slice(1)));
  const removedText = new Set([...removed].map(visible));
  return lines.map((line) => {
    const text = visible(line.slice(1));
    const isOther = line[0] === "+" && removedText.has(text);
    return `${line[0]}${text}${isOther ? " (another value)" : ""}`;
  });
}

/** Lines of both, `-`, `+` or blank before each; of what stays, only what is near a change. */
export function patch(before: readonly string[], after: readonly string[]): string[] {
  const lines = merged(before, after);
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - context), at + context + 1).some((line) => line[0] !== " "),
  );
  return lines.filter((_, at) => near[at]);
}

const context = 1;

/** By the longest common subsequence. */
function merged(before: readonly string[], after: readonly string[]): string[] {
  const common = commonLengths(before, after);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      lines.push(` ${before[i++]}`);
      j += 1;
    } else if (j === after.length || common(i + 1, j) >= common(i, j + 1))
      lines.push(`-${before[i++]}`);
    else lines.push(`+${after[j++]}`);
  }
  return lines;
}

/** Length of the longest common subsequence of what is left from two places on; less than nothing beyond the end. */
function commonLengths(before: readonly string[], after: readonly string[]) {
  const rows = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  const common = (i: number, j: number) => rows[i]?.[j] ?? -1;
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      rows[i]![j] =
        before[i] === after[j]
          ? common(i + 1, j + 1) + 1
          : Math.max(common(i + 1, j), common(i, j + 1));
  return common;
}
