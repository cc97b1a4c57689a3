import type { Labelled } from "../engine";
import { foreignStack, isOf, isOurs } from "./ownership";
import { noState } from "./state";

const asking = { host: "laptop", clone: "/mine" };
const container = (owner: string, createdAt = "2026-01-02"): Labelled => ({
  kind: "container",
  id: createdAt,
  name: "feedback-loop-local-minio",
  stack: "local",
  owner,
  createdAt,
});

describe("what is on the engine", () => {
  const state = { ids: new Set(["known"]), owner: "laptop:/mine#01" };

  it.each([
    ["made by another clone with the same state", { owner: "laptop:/mine#01" }, true],
    ["labelled otherwise, but known to the state", { id: "known", owner: "other:/x#02" }, true],
    ["made by another clone with its own state", { owner: "laptop:/there#02" }, false],
    ["made by this clone with another state", { owner: "laptop:/mine#02" }, false],
    ["made by this clone before states had owners", { owner: "/mine" }, true],
    ["made by another clone before that", { owner: "/there" }, false],
  ])("%s", (_, found, expected) => {
    expect(isOurs({ ...container(""), ...found }, state, "/mine")).toBe(expected);
  });

  it("isn't a new state's, whoever made it", () => {
    expect(isOurs(container("laptop:/mine#01"), noState, "/mine")).toBe(false);
  });

  it("is chosen by its whole owner or by the clone that made it", () => {
    const found = container("laptop:/there#02");
    expect(["laptop:/there#02", "/there", "/the"].map((given) => isOf(found, given))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("another stack of the same name", () => {
  const asked = { stack: "local", asking, exists: (folder: string) => folder === "/there" };

  it("is none when nothing is foreign", () => expect(foreignStack([], asked)).toBeUndefined());

  it("is told by its clone and its age, with a way out", () => {
    const owner = "laptop:/there#02";
    const message = foreignStack([container(owner), container(owner, "2026-01-01")], asked);
    expect(message).toContain("made by clone /there, since 2026-01-01, 2 containers");
    expect(message).toContain("cd /there && npm run destroy");
    expect(message).toContain("npm start -- -s NAME");
  });

  it.each([
    ["its clone is gone", "laptop:/gone#03"],
    ["it was made elsewhere", "server:/there#03"],
    ["this clone made it, with another state", "laptop:/mine#03"],
  ])("is removed from here when %s", (_, owner) => {
    const message = foreignStack([container(owner)], { ...asked, stack: "a" });
    expect(message).toContain(`npm run destroy -- --owner '${owner}' -s a`);
    expect(message).not.toContain("cd /");
  });
});
