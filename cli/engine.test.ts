import { labelFilters, parseBytes } from "./engine";

describe("the engine", () => {
  it("is asked by label, and for stacks only", () => {
    expect(labelFilters({})).toEqual(["--filter", "label=feedback-loop.stack"]);
    expect(labelFilters({ stack: "a" })).toEqual(["--filter", "label=feedback-loop.stack=a"]);
  });

  it.each([
    ["34.5MiB / 256MiB", 34.5 * 1024 ** 2],
    ["1GiB / 2GiB", 1024 ** 3],
    ["0B / 0B", 0],
    ["--", 0],
  ])("uses memory written as %j", (text, bytes) => expect(parseBytes(text)).toBe(bytes));
});
