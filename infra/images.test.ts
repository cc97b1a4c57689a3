import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { officialImages, ownImages, pullName } from "./images";

const root = join(__dirname, "..");
const own = Object.entries(ownImages);
const dockerfile = (path: string) => readFileSync(join(root, path), "utf8");

describe("images", () => {
  it.each(Object.entries(officialImages))("%s is named by an exact version", (name, image) => {
    expect(image).toMatch(name === "debian" ? /^debian:bookworm-slim$/ : /:\d+\.\d+(\.\d+)?(-|$)/);
  });

  it.each(own)("%s is built on official images of this list only", (_, { dockerfile: path }) => {
    const bases = [...dockerfile(path).matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases.length).toBeGreaterThan(1);
    const listed = Object.values(officialImages).map((image) => `\${REGISTRY}/${image}`);
    expect(bases.filter((base) => !listed.some((known) => known === base))).toEqual([]);
  });

  it.each(own)("%s is rebuilt when anything that it copies changes", (_, image) => {
    const copied = [...dockerfile(image.dockerfile).matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
      .flatMap(([, words]) => words!.split(" "))
      .filter((word) => !word.startsWith("--") && !word.endsWith("/package.json"));
    expect(copied.length).toBeGreaterThan(1);
    const covered = (path: string) =>
      image.sources.some((source) => path === source || path.startsWith(`${source}/`));
    expect(copied.filter((path) => !covered(path))).toEqual([]);
    for (const source of image.sources) expect(existsSync(join(root, source))).toBe(true);
  });

  it("come from whichever registry is configured", () => {
    expect(pullName("postgres", "docker.io")).toBe(`docker.io/library/${officialImages.postgres}`);
    expect(pullName("node", "127.0.0.1:5055")).toMatch(/^127\.0\.0\.1:5055\/library\/node:/);
  });
});
