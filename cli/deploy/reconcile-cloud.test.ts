import { foreignStack } from "./reconcile-cloud";

describe("another stack of the same name in the cloud", () => {
  it("is told with the ways out", () => {
    const words = foreignStack("class", "feedback-loop-class", [
      { kind: "server", name: "feedback-loop-class", id: "s1" },
      { kind: "floating IP", name: "198.51.100.7", id: "f1" },
    ]);
    expect(words).toContain("server feedback-loop-class (s1), floating IP 198.51.100.7 (f1)");
    expect(words).toContain("config set suffix NAME -s class");
    expect(words).toContain("npm run sweep -- -s class");
  });
});
