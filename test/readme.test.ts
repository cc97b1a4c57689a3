// The README is true as far as a program can tell: its commands and files exist, and none is left out.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

describe("the README", () => {
  it("names every command and no other", () => {
    const named = [...readme.matchAll(/npm (?:run ([a-z:]+)|(start|test))\b/g)].map(
      ([, script, short]) => script ?? short,
    );
    expect([...new Set(named)].sort()).toEqual(Object.keys(scripts).sort());
  });

  it("links only to files that are there", () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target!);
    expect(links.length).toBeGreaterThan(2);
    expect(links.filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });
});
