import { fingerprint } from "./rendering";
import { changeLines, patch } from "./words";

describe("a change in words", () => {
  const change = (before: string[] | string, after: string[] | string) =>
    changeLines({ path: "p", before, after, replaces: false });

  it("is two lines for a word", () => {
    expect(change("a", "b")).toEqual(["- p: a", "+ p: b"]);
  });

  it("is a patch for a script, with its surroundings", () => {
    expect(change("1\n2\n3\n4\n5\n", "1\n2\nx\n4\n5\n")).toEqual([
      "  p:",
      "    2",
      "-   3",
      "+   x",
      "    4",
    ]);
  });

  it("says so where a secret reads the same", () => {
    const of = (hash: string) => ["A=(secret)", `B=(secret)${fingerprint(hash)}`];
    expect(change(of("aa"), of("bb"))).toEqual([
      "  p:",
      "    - A=(secret)",
      "-   - B=(secret)",
      "+   - B=(secret) (another value)",
    ]);
  });

  it("names the resource that brings it about", () => {
    const because = "docker Network net";
    expect(changeLines({ path: "p", because, replaces: true })).toEqual([
      "  p: another one, from docker Network net",
    ]);
    expect(changeLines({ path: "", because, replaces: true })).toEqual([
      "  together with docker Network net",
    ]);
  });
});

it.each([
  [[], [], []],
  [["a"], [], ["-a"]],
  [[], ["a"], ["+a"]],
  [
    ["a", "b", "c"],
    ["a", "c"],
    [" a", "-b", " c"],
  ],
])("a patch from %j to %j", (before, after, expected) => {
  expect(patch(before, after)).toEqual(expected);
});
