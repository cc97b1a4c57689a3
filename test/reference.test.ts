// docs/reference.md names every path, error code and metric that our own services have, and no other.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import { Metrics as InferenceMetrics } from "../app/inference/plugins/metrics";
import type { Watch } from "../app/portal/probing/watch";
import type { Serving } from "../app/inference/model/serving";
import { createMetrics } from "../app/frontend/metrics";
import { createMetrics as createPortalMetrics } from "../app/portal/metrics";

const root = join(__dirname, "..");
const reference = readFileSync(join(root, "docs/reference.md"), "utf8");
const section = (title: string) =>
  new RegExp(`^## ${title}\\n([^]*?)(?=^## |$(?![^]))`, "m").exec(reference)?.[1] ?? "";

/** What a pattern finds in a service's sources, each once, sorted. */
function inSources(folder: string, pattern: RegExp): string[] {
  const files = readdirSync(join(root, "app", folder), { recursive: true, encoding: "utf8" });
  const sources = files.filter(
    (name) => name.endsWith(".ts") && !/\.test\.ts$|(^|\/)(testing|node_modules|dist)\//.test(name),
  );
  return sorted(
    sources.flatMap((name) =>
      found(readFileSync(join(root, "app", folder, name), "utf8"), pattern),
    ),
  );
}

const found = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, first]) => first!);
const sorted = (names: string[]) => [...new Set(names)].sort();

describe("the reference", () => {
  it.each([
    ["frontend", ["frontend", "web"]],
    ["inference", ["inference"]],
  ])("names every error code of %s", (service, folders) => {
    const rows = section("Errors")
      .split("\n")
      .filter((row) => row.split("|")[3]?.includes(service));
    const documented = sorted(rows.flatMap((row) => found(row, /^\| `([a-z0-9-]+)`/g)));
    const code = /\bcode(?::| =) "([a-z0-9]+(?:-[a-z0-9]+)+)"/g;
    const thrown = sorted(folders.flatMap((folder) => inSources(folder, code)));
    expect(thrown.length).toBeGreaterThan(10);
    expect(documented.filter((code) => code !== "internal-error")).toEqual(thrown);
  });

  it.each([
    ["frontend", "GourmetGram \\(frontend\\)"],
    ["portal", "Portal"],
    ["inference", "Inference API"],
  ])("names every path of %s", (service, title) => {
    const routes = inSources(service, /\.(?:get|post)(?:<[^(]*>)?\(\s*"(\/[^"]*)"/g);
    expect(routes.length).toBeGreaterThan(5);
    const documented = section(title);
    expect(routes.filter((path) => !documented.includes(`${path}\``))).toEqual([]);
  });

  it("lists the classes in their order", () => {
    expect(reference).toContain(`from 0: ${FOOD_CLASSES.join(", ")}.`);
  });

  it.each([
    ["frontend", () => createMetrics({ state: () => ({}) as never }).registry],
    ["portal", () => createPortalMetrics({ onFinding: () => {} } as unknown as Watch)],
    ["inference", () => new InferenceMetrics({} as Serving).registry],
  ])("names every metric of %s", (_, registry) => {
    const own = registry()
      .getMetricsAsArray()
      .map(({ name }) => name)
      .filter((name) => !/^(process|nodejs)_/.test(name));
    expect(own.length).toBeGreaterThan(1);
    const documented = found(section("Metrics"), /^\| `([a-z_]+)`/gm);
    expect(own.filter((name) => !documented.includes(name))).toEqual([]);
  });
});
