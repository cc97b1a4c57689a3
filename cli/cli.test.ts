import { junitCounts, jestCounts, closingLine } from "./checks/counts";
import { total } from "./checks/parts";
import { report } from "./destroy";
import { type ContainerState, labelFilters, parseBytes } from "./engine";
import { logArgs } from "./logs";
import { serviceRows, table } from "./status";

const minio: ContainerState = {
  kind: "container",
  id: "1",
  name: "feedback-loop-local-minio",
  stack: "local",
  owner: "/clone",
  service: "minio",
  createdAt: "2026-01-01T10:00:00Z",
  startedAt: "2026-01-01T10:00:01.5Z",
  status: "running",
  health: "healthy",
  memoryLimitBytes: 256 * 1024 ** 2,
};

describe("the engine", () => {
  it("is asked by label, and for stacks only", () => {
    expect(labelFilters({})).toEqual(["--filter", "label=feedback-loop.stack"]);
    expect(labelFilters({ stack: "a", owner: "/b" })).toEqual([
      ...["--filter", "label=feedback-loop.stack=a"],
      ...["--filter", "label=feedback-loop.owner=/b"],
    ]);
    expect(labelFilters({ owner: "/b" })).toEqual(["--filter", "label=feedback-loop.owner=/b"]);
  });

  it.each([
    ["34.5MiB / 256MiB", 34.5 * 1024 ** 2],
    ["1GiB / 2GiB", 1024 ** 3],
    ["0B / 0B", 0],
    ["--", 0],
  ])("uses memory written as %j", (text, bytes) => expect(parseBytes(text)).toBe(bytes));
});

describe("status", () => {
  it("is a table of what runs", () => {
    const rows = serviceRows(
      [
        minio,
        { ...minio, id: "2", service: "job", name: "z", status: "exited", health: undefined },
      ],
      new Map([["1", 70 * 1024 ** 2]]),
      { minio: { url: "http://127.0.0.1:9001", summary: "" } },
    );
    expect(table(rows)).toBe(
      [
        "SERVICE  STATE    HEALTH   SINCE (UTC)          MEMORY         URL",
        "minio    running  healthy  2026-01-01 10:00:01  70 of 256 MiB  http://127.0.0.1:9001",
        "job      exited   -        2026-01-01 10:00:01  -",
      ].join("\n"),
    );
  });
});

describe("destroy", () => {
  const volume = {
    ...minio,
    kind: "volume",
    id: "v",
    name: "feedback-loop-local-objects",
  } as const;

  it("says what it removed and what it kept", () => {
    expect(report("local", [minio, volume], [volume])).toBe(
      `Removed:
  container  feedback-loop-local-minio
Kept for the next npm start (--volumes removes it):
  volume     feedback-loop-local-objects`,
    );
    expect(report("local", [volume], [volume])).toMatch(/^Nothing was left to remove\.\nKept/);
    expect(report("local", [], [])).toBe('Nothing of the stack "local" is on this engine.');
  });
});

describe("logs", () => {
  it("shows the end, or all since a time", () => {
    expect(logArgs({ follow: false })).toEqual(["--tail", "200"]);
    expect(logArgs({ follow: true, since: "10m" })).toEqual([
      "--follow",
      "--since",
      "10m",
      "--tail",
      "all",
    ]);
  });
});

describe("counting tests", () => {
  it("reads what jest and pytest write", () => {
    const jest = {
      numPassedTests: 5,
      numFailedTests: 1,
      numPendingTests: 2,
      numRuntimeErrorTestSuites: 1,
    };
    expect(jestCounts(JSON.stringify(jest))).toEqual({ passed: 5, failed: 2, skipped: 2 });
    const xml = `<testsuites name="x"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1">`;
    expect(junitCounts(xml)).toEqual({ passed: 4, failed: 3, skipped: 3 });
  });

  it("ends in a line that never looks well when something failed", () => {
    const part = { name: "lint", output: "", counts: { passed: 0, failed: 0, skipped: 0 } };
    const tests = {
      name: "unit",
      output: "",
      counts: { passed: 3, failed: 0, skipped: 0 },
      failed: false,
    };
    expect(closingLine(total([{ ...part, failed: true }, tests]))).toBe("3 passed, 1 failed");
    expect(closingLine(total([{ ...part, failed: false }, tests]))).toBe("3 passed, 0 failed");
    expect(closingLine({ passed: 1, failed: 0, skipped: 2 })).toBe("1 passed, 0 failed, 2 skipped");
  });
});
