import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentKey, makeWhole, readFolder, readIfThere, writeWhole } from "./files";

describe("files", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "files-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are written whole, with the rights asked for, and leave nothing beside them", () => {
    const file = join(folder, "a", "secret");
    writeWhole(file, "x", 0o600);
    expect(readIfThere(file)).toBe("x");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, "a"))).toEqual(["secret"]);
    expect(readIfThere(join(folder, "none"))).toBeUndefined();
  });

  it("come as a whole folder or not at all", async () => {
    const made = join(folder, "made");
    const failing = makeWhole(made, (unfinished) => {
      writeFileSync(join(unfinished, "half"), "");
      return Promise.reject(new Error("interrupted"));
    });
    await expect(failing).rejects.toThrow("interrupted");
    expect(readdirSync(folder)).toEqual([]);
    await makeWhole(made, (unfinished) =>
      Promise.resolve(writeFileSync(join(unfinished, "whole"), "")),
    );
    expect(readdirSync(made)).toEqual(["whole"]);
  });

  it("have a key that changes with any name and any content", () => {
    writeFileSync(join(folder, "a"), "1");
    const key = () => contentKey(readFolder(folder));
    const first = key();
    expect(key()).toBe(first);
    writeFileSync(join(folder, "a"), "2");
    const second = key();
    writeFileSync(join(folder, "b"), "2");
    expect(new Set([first, second, key()]).size).toBe(3);
  });
});
