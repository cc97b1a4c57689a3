import fc from "fast-check";
import { percent, saidBy, timeOf } from "./words";

describe("a probability for people", () => {
  it.each([
    [0, "0.0 %"],
    [0.0004, "< 0.1 %"],
    [0.632, "63.2 %"],
    [0.9996, "> 99.9 %"],
    [1, "100.0 %"],
  ])("%d is %s", (probability, text) => {
    expect(percent(probability)).toBe(text);
  });

  it("is never certain about what isn't", () => {
    const uncertain = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true });
    fc.assert(
      fc.property(uncertain, (probability) => {
        expect(["0.0 %", "100.0 %"]).not.toContain(percent(probability));
      }),
    );
  });
});

it("a time is said in UTC, whatever the machine's zone is", () => {
  expect(timeOf(new Date("2026-11-24T23:59:30.000Z"))).toEqual({
    iso: "2026-11-24T23:59:30.000Z",
    text: "24 November 2026 at 23:59 UTC",
  });
});

it.each([
  [{ kind: "agree", classIndex: null }, "that’s right"],
  [{ kind: "flag", classIndex: null }, "that’s wrong"],
  [{ kind: "correction", classIndex: 9 }, "it is Soup"],
] as const)("feedback %j is said as %s", (feedback, text) => {
  expect(saidBy(feedback)).toBe(text);
});
