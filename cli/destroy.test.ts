import { report } from "./destroy";
import type { Labelled } from "./engine";

const labelled = { stack: "local", owner: "/clone", createdAt: "2026-01-01T10:00:00Z" };
const minio: Labelled = {
  ...labelled,
  kind: "container",
  id: "1",
  name: "feedback-loop-local-minio",
};
const volume: Labelled = {
  ...labelled,
  kind: "volume",
  id: "v",
  name: "feedback-loop-local-objects",
};

describe("destroy", () => {
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
