import type { Labelled } from "../engine";
import { foreignStack } from "./ownership";

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
