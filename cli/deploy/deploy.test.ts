import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Labelled } from "../engine";
import { foreignStack } from "./ownership";
import { Progress, changesOf } from "./progress";
import { locks, readState } from "./reconcile";

const container = (owner: string, createdAt: string): Labelled => ({
  kind: "container",
  id: createdAt,
  name: "feedback-loop-local-minio",
  stack: "local",
  owner,
  createdAt,
});

describe("another clone's stack", () => {
  const asked = { stack: "local", owner: "/mine", exists: (folder: string) => folder === "/there" };

  it("is none when everything is this clone's", () => {
    expect(foreignStack([], asked)).toBeUndefined();
    expect(foreignStack([container("/mine", "2026-01-02")], asked)).toBeUndefined();
  });

  it("is told by its clone and its age, with a way out", () => {
    const found = [container("/there", "2026-01-02"), container("/there", "2026-01-01")];
    const message = foreignStack(found, asked);
    expect(message).toContain("clone /there, since 2026-01-01, 2 containers");
    expect(message).toContain("cd /there && npm run destroy");
    expect(message).toContain("npm start -- -s NAME");
  });

  it("is removed from here when its clone is gone", () => {
    const message = foreignStack([container("/gone", "2026-01-02")], { ...asked, stack: "a" });
    expect(message).toContain("npm run destroy -- --owner /gone -s a");
    expect(message).not.toContain("cd /gone");
  });
});

describe("Pulumi's progress", () => {
  it("is boiled down to what people know by name", () => {
    const progress = new Progress();
    const told = [
      "Updating (local):",
      " +  docker:index:RemoteImage minio creating (0s) ",
      " +  random:index:RandomPassword object-store-root created (0.1s) ",
      " +  feedback-loop:runtime:DockerJob provision creating (0s) ",
      "    docker:index:Volume outbox ",
      "    pulumi:pulumi:Stack feedback-loop-local running ",
      " ~  docker:index:RemoteImage minio refresh ",
      " +- docker:index:RemoteImage minio deleting original (0s) ",
      " +  docker:index:RemoteImage minio created (159s) ",
      " ~  docker:index:Container minio refresh (0.3s) [diff: ~healthcheck]",
      " +  command:local:Command provision created (8s) provision: 3 users",
      " -  docker:index:Volume outbox deleted (0.01s) [retain]",
      "    41 unchanged",
      "    + 41 created",
      "Duration: 3m22s",
      "error: something else",
    ].map((line) => progress.read(line));
    expect(told.filter((line) => line !== undefined)).toEqual([
      "image minio created (159s)",
      "job provision created provision: 3 users (8s)",
      "volume outbox kept (0.01s)",
      "error: something else",
    ]);
  });

  it("keeps every word of a failure", () => {
    const lines = [
      " +  docker:index:Container minio **creating failed** error: port is taken",
      "Diagnostics:",
      "  docker:index:Container (minio):",
      "    error: sdk-v2/provider2.go:572: port is taken",
    ];
    const progress = new Progress();
    expect(lines.map((line) => progress.read(line)?.trim())).toEqual(
      lines.map((line) => line.trim()),
    );
  });

  it("knows what it waits for", () => {
    const progress = new Progress();
    progress.read(" +  docker:index:RemoteImage minio creating (0s) ");
    progress.read(" +  docker:index:Container postgres creating (0s) ");
    expect(progress.waitingFor()).toBe("image minio, container postgres");
    progress.read(" +  docker:index:RemoteImage minio created (159s) ");
    expect(progress.waitingFor()).toBe("container postgres");
  });

  it("ends in a sum of the changes", () => {
    expect(
      changesOf(
        "Resources:\n    + 2 created\n    ~ 1 updated\n    +-3 replaced\n    9 unchanged\n",
      ),
    ).toBe("2 created, 1 updated, 3 replaced");
    expect(changesOf("Resources:\n    41 unchanged\n")).toBeUndefined();
  });
});

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
