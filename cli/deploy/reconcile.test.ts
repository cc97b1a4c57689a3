import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locks, readState } from "./reconcile";

describe("what an interrupted run left", () => {
  it("is read from the state", () => {
    const deployment = { resources: [{}, { id: "a" }, { id: "b" }], pending_operations: [{}] };
    expect(readState(JSON.stringify({ deployment }))).toEqual({
      ids: new Set(["a", "b"]),
      pendingOperations: 1,
    });
    expect(readState("{}")).toEqual({ ids: new Set(), pendingOperations: 0 });
  });

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
});
