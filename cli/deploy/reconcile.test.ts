import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locks, withoutPending } from "./reconcile";

describe("what an interrupted run left", () => {
  it("is a lock whose process is dead, on this machine only", () => {
    const folder = mkdtempSync(join(tmpdir(), "locks-"));
    const write = (name: string, lock: object) =>
      writeFileSync(join(folder, name), JSON.stringify(lock));
    write("a.json", { pid: 1, hostname: "here" });
    write("b.json", { pid: 2, hostname: "here" });
    write("c.json", { pid: 1, hostname: "elsewhere" });
    write("a.json.attrs", { other: true });
    mkdirSync(join(folder, "empty"));
    const machine = { hostname: "here", runs: (pid: number) => pid === 2 };
    expect(locks(folder, machine)).toEqual({
      dead: [{ pid: 1, hostname: "here" }],
      living: [{ pid: 2, hostname: "here" }],
    });
    expect(locks(join(folder, "empty"), machine)).toEqual({ dead: [], living: [] });
    expect(locks(join(folder, "none"), machine)).toEqual({ dead: [], living: [] });
    rmSync(folder, { recursive: true });
  });

  it("is dropped from the state where nobody knows how it ended, and nothing else is", () => {
    const resources = [{ urn: "u", type: "t", outputs: { secret: { ciphertext: "x" } } }];
    const pending = { resources, pending_operations: [{ type: "creating" }] };
    expect(JSON.parse(withoutPending(JSON.stringify({ version: 3, deployment: pending })))).toEqual(
      {
        version: 3,
        deployment: { resources, pending_operations: [] },
      },
    );
  });
});
