import type { ContainerState } from "./engine";
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

describe("status", () => {
  it("is a table of what runs", () => {
    const rows = serviceRows(
      [
        minio,
        { ...minio, id: "2", service: "job", name: "z", status: "exited", health: undefined },
      ],
      new Map([["1", 70 * 1024 ** 2]]),
      { minio: { url: "http://127.0.0.1:9001", service: "minio", summary: "" } },
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
