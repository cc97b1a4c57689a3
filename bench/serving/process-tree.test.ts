import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpuMsOf, parseStat, residentMiBOf, treeOf } from "./process-tree";

const stat = (pid: number, parent: number) => ({ pid, parent, cpuMs: pid });

describe("parseStat", () => {
  it("adds up user and system time, also of children that have ended", () => {
    const line = "42 (node) S 7 42 42 0 -1 4194304 100 0 0 0 150 30 5 2 20 0 11 0 123 456 78";
    expect(parseStat(line)).toEqual({ pid: 42, parent: 7, cpuMs: 1870 });
  });

  it("isn't misled by a name with blanks and brackets", () => {
    const line = "42 (a) S 9 (b) R 7 42 42 0 -1 4194304 100 0 0 0 1 2 3 4 20 0 11 0 123 456 78";
    expect(parseStat(line)).toEqual({ pid: 42, parent: 7, cpuMs: 100 });
  });

  it.each(["", "42 (node) S 7 42"])("refuses %j", (line) => {
    expect(() => parseStat(line)).toThrow("can't be understood");
  });
});

describe("treeOf", () => {
  const processes = [stat(1, 0), stat(2, 1), stat(3, 2), stat(4, 1), stat(5, 4), stat(6, 3)];

  it("is the process and its descendants, and nobody else", () => {
    const pids = treeOf(2, processes).map(({ pid }) => pid);
    expect(pids).toEqual([2, 3, 6]);
  });

  it("is empty for a process that has ended", () => {
    expect(treeOf(99, processes)).toEqual([]);
  });
});

describe("a real process", () => {
  it("counts what its child works and holds", async () => {
    const work = "const b = Buffer.alloc(64 * 2 ** 20, 1); for (let i = 0; i < 3e8; i += 1);";
    const script = `${work} console.log(b.length); setInterval(() => {}, 1000)`;
    const shell = spawn("sh", ["-c", `${process.execPath} -e '${script}'; true`], {
      detached: true,
    });
    try {
      await once(shell.stdout, "data");
      expect(cpuMsOf(shell.pid!)).toBeGreaterThan(50);
      expect(residentMiBOf(shell.pid!)).toBeGreaterThan(64);
    } finally {
      process.kill(-shell.pid!);
    }
  });
});
