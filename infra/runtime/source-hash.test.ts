import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sourceHash } from "./source-hash";

describe("the hash of an image's sources", () => {
  let root: string;
  const write = (path: string, content: string) => writeFileSync(join(root, path), content);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "source-hash-"));
    mkdirSync(join(root, "app/node_modules"), { recursive: true });
    write("app/server.ts", "1");
    write("lock", "a");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const hash = () => sourceHash(root, ["app", "lock"]);

  it("stays while nothing that goes into the image changes", () => {
    const before = hash();
    write("app/server.test.ts", "new test");
    write("app/node_modules/x.js", "new dependency on this machine");
    expect(hash()).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ["a file's content", () => write("app/server.ts", "2")],
    ["a new file", () => write("app/other.ts", "")],
    ["a single file among the sources", () => write("lock", "b")],
  ])("changes with %s", (_, change) => {
    const before = hash();
    change();
    expect(hash()).not.toBe(before);
  });

  it("tells apart where one file ends and the next begins", () => {
    write("app/a", "xy");
    write("app/b", "z");
    const before = hash();
    write("app/a", "x");
    write("app/b", "yz");
    expect(hash()).not.toBe(before);
  });

  it("fails on a source that is missing", () => {
    expect(() => sourceHash(root, ["gone"])).toThrow("gone");
  });
});
