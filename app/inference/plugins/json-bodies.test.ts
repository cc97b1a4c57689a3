import fc from "fast-check";
import { hasMoreParts } from "./json-bodies";

/** The same, counted in the parsed value. */
function partsOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const members = Object.values(value);
  const separators = Math.max(0, members.length - 1);
  return members.reduce((sum: number, member) => sum + partsOf(member), 1 + separators);
}

describe("hasMoreParts", () => {
  it("counts as the parser would, whatever texts hold", () => {
    const text = fc.string({ unit: fc.constantFrom('"', "\\", "{", "[", ",", "a", "\n") });
    const key = text.filter((name) => name !== "__proto__");
    const value = fc.jsonValue({ maxDepth: 4 });
    const mixed = fc.oneof(value, fc.array(text), fc.dictionary(key, fc.oneof(text, value)));
    fc.assert(
      fc.property(mixed, fc.constantFrom(undefined, 2), (given, indent) => {
        const json = JSON.stringify(given, undefined, indent);
        const parts = partsOf(JSON.parse(json));
        expect(hasMoreParts(json, parts)).toBe(false);
        if (parts > 0) expect(hasMoreParts(json, parts - 1)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['{"image": "', '{"image": "a\\', '{"image": "a\\"', '"', "", "\\"])(
    "ends at the end of %j",
    (json) => {
      expect(hasMoreParts(json, 1)).toBe(false);
    },
  );
});
