import fc from "fast-check";
import { percentile, rangeOf } from "./statistics";

const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });

describe("rangeOf", () => {
  it.each([
    [[3, 1, 2], { median: 2, least: 1, most: 3 }],
    [[4, 1, 2, 3], { median: 2.5, least: 1, most: 4 }],
    [[10, 9], { median: 9.5, least: 9, most: 10 }], // by size and not by spelling
    [[7], { median: 7, least: 7, most: 7 }],
  ])("of %j", (given, expected) => {
    expect(rangeOf(given)).toEqual(expected);
  });

  it("refuses to make a figure of nothing", () => {
    expect(() => rangeOf([])).toThrow("no values");
  });

  it("doesn't change what it is given", () => {
    const given = [3, 1, 2];
    rangeOf(given);
    expect(given).toEqual([3, 1, 2]);
  });
});

describe("percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [50, 50],
    [99, 99],
    [100, 100],
    [0, 1],
  ])("%d of 1 to 100 is %d", (percent, expected) => {
    expect(percentile(hundred, percent)).toBe(expected);
  });

  it("is a value that so many don't exceed", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (given, percent) => {
        const found = percentile(given, percent);
        expect(given).toContain(found);
        const within = given.filter((value) => value <= found).length;
        expect(within / given.length).toBeGreaterThanOrEqual(percent / 100);
      }),
    );
  });
});
