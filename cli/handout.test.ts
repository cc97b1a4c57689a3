import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseOptions, writePrivately } from "./handout";

describe("the options of handout", () => {
  it("need a role", () => {
    expect(() => parseOptions([])).toThrow("--role is missing: give student or administrator");
    expect(() => parseOptions(["--role", "teacher"])).toThrow("--role teacher: give student or");
  });

  it.each([
    [[], "markdown"],
    [["--out", "sheet.html"], "html"],
    [["--out", "sheet.md"], "markdown"],
    [["--out", "sheet.html", "--format", "markdown"], "markdown"],
  ])("with %j write %s", (more, format) => {
    expect(parseOptions(["--role", "student", ...more])).toMatchObject({ format });
  });

  it("refuse a format that there isn't", () => {
    expect(() => parseOptions(["--role", "student", "--format", "pdf"])).toThrow(
      "--format pdf: give markdown or html",
    );
  });
});

describe("a sheet in a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "handout-"));
  beforeEach(() => jest.spyOn(console, "log").mockImplementation());
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ["new", undefined],
    ["there already, for all to read", "a longer text than the new one"],
  ])("that is %s can be read by its owner only", (name, before) => {
    const path = join(folder, name);
    if (before !== undefined) writeFileSync(path, before, { mode: 0o644 });
    writePrivately(path, "secret\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).toBe("secret\n");
  });

  it("that can't be written is an error with its name", () => {
    expect(() => writePrivately(join(folder, "missing", "sheet.md"), "")).toThrow(
      /missing\/sheet\.md can't be written: ENOENT/,
    );
  });
});
