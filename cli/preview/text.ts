// Renderings and differences as text for a terminal.
import {
  type Difference,
  type Kind,
  type ResourceChange,
  byTypeAndName,
  label,
  losesData,
} from "./difference";
import type { Rendering, Value } from "./rendering";
import { changeLines, reasonsOf, sumOf, valueLines } from "./words";

export function renderingText(stack: string, { resources, outputs }: Rendering): string {
  return [
    `What the stack "${stack}" would create from nothing: ${resources.length} resources`,
    ...byTypeAndName(resources).flatMap((resource) => [
      "",
      `${label(resource)}${resource.holdsData ? "  (holds data)" : ""}`,
      ...indented(resource.properties),
    ]),
    "",
    "Outputs",
    ...indented(outputs),
  ].join("\n");
}

const indented = (fields: Record<string, Value>): string[] =>
  Object.keys(fields).length === 0 ? [] : valueLines(fields).map((line) => `  ${line}`);

const signs: Readonly<Record<Kind, string>> = {
  added: "+",
  removed: "-",
  replaced: "-/+",
  changed: "~",
};

export function differenceText(
  { stack, base }: { stack: string; base: string },
  found: Difference,
): string {
  return [
    `What this work tree changes in the stack "${stack}" against ${base}: ${sumOf(found)}`,
    ...found.resources.flatMap((resource) => ["", ...resourceLines(resource)]),
    ...(found.outputs.length > 0 ? ["", "Outputs"] : []),
    ...found.outputs.flatMap(changeLines).map((line) => `    ${line}`),
    ...(losesData(found) ? ["", dataWarning(found)] : []),
  ].join("\n");
}

function resourceLines(resource: ResourceChange): string[] {
  const reasons =
    resource.kind === "replaced" ? `: replaced by ${reasonsOf(resource).join(", ")}` : "";
  const data = resource.losesData ? "  (holds data)" : "";
  return [
    `${signs[resource.kind].padEnd(3)} ${label(resource)}${reasons}${data}`,
    ...resource.changes.flatMap(changeLines).map((line) => `    ${line}`),
  ];
}

export const dataWarning = ({ resources }: Difference): string =>
  `Data would be left behind or lost: ${resources
    .filter((resource) => resource.losesData)
    .map((resource) => `${label(resource)} is ${resource.kind}`)
    .join(", ")}.`;
