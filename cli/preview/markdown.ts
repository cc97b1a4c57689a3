// Renderings and differences as Markdown for a pull request: the sum first, the details folded.
import {
  type Difference,
  type ResourceChange,
  byTypeAndName,
  label,
  losesData,
  shortType,
} from "./difference";
import type { Rendering } from "./rendering";
import { dataWarning } from "./text";
import { changeLines, reasonsOf, sumOf, valueLines } from "./words";

export function renderingMarkdown(stack: string, { resources, outputs }: Rendering): string {
  return sections([
    `### Stack \`${stack}\` from nothing`,
    `${resources.length} resources`,
    ...byTypeAndName(resources).map((resource) =>
      folded(inline(label(resource)), "yaml", valueLines(resource.properties)),
    ),
    folded("Outputs", "yaml", valueLines(outputs)),
  ]);
}

/** GitHub takes comments of 65,536 characters. */
const longest = 60_000;

export function differenceMarkdown(
  about: { stack: string; base: string },
  found: Difference,
): string {
  const head = [
    `### Stack \`${about.stack}\` against \`${about.base}\``,
    `**${sumOf(found)}**`,
    ...(losesData(found) ? [`> [!CAUTION]\n> ${dataWarning(found)}`] : []),
    ...(found.resources.length > 0 ? [overview(found.resources)] : []),
  ];
  const outputs = found.outputs.flatMap(changeLines);
  const details = [
    ...found.resources
      .filter(({ changes }) => changes.length > 0)
      .map((resource) =>
        folded(inline(label(resource)), "diff", resource.changes.flatMap(changeLines)),
      ),
    ...(outputs.length > 0 ? [folded("Outputs", "diff", outputs)] : []),
  ];
  const whole = sections([...head, ...details]);
  return whole.length <= longest
    ? whole
    : sections([...head, "The details are too long for a comment: `npm run preview` prints them."]);
}

const overview = (resources: readonly ResourceChange[]): string =>
  [
    "| | resource | name | by |",
    "|---|---|---|---|",
    ...resources.map(
      (resource) =>
        `| ${resource.kind}${resource.losesData ? " ⚠️" : ""} | ${shortType(resource.type)} | ${inline(resource.name)} | ${by(resource)} |`,
    ),
  ].join("\n");

function by(resource: ResourceChange): string {
  if (resource.kind === "replaced") return reasonsOf(resource).map(inline).join(", ");
  return [...new Set(resource.changes.map(({ path }) => inline(path)))].join(", ");
}

/** Code within a line; neither a table nor HTML breaks on it. */
const inline = (text: string) =>
  `<code>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("|", "&#124;")}</code>`;

/** A fence longer than any in the text. */
function folded(summary: string, language: string, lines: readonly string[]): string {
  const text = lines.join("\n");
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = "`".repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return `<details><summary>${summary}</summary>\n\n${fence}${language}\n${text}\n${fence}\n\n</details>`;
}

const sections = (parts: readonly string[]): string => `${parts.join("\n\n")}\n`;
