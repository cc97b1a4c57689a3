import fc from "fast-check";
import { backoffSeconds } from "./backoff";

describe("the wait before the next try", () => {
  it("doubles from the base and stays at eight times the base", () => {
    const waits = [1, 2, 3, 4, 5, 100].map((failures) => backoffSeconds(failures, 2));
    expect(waits).toEqual([2, 4, 8, 16, 16, 16]);
  });

  it("never shrinks with further failures", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (failures) => {
        expect(backoffSeconds(failures + 1, 1)).toBeGreaterThanOrEqual(backoffSeconds(failures, 1));
      }),
    );
  });
});
