import { closingLine, jestCounts, junitCounts } from "./counts";
import { total } from "./parts";

describe("counting tests", () => {
  it("reads what jest and pytest write", () => {
    const jest = {
      numPassedTests: 5,
      numFailedTests: 1,
      numPendingTests: 2,
      numRuntimeErrorTestSuites: 1,
    };
    expect(jestCounts(JSON.stringify(jest))).toEqual({ passed: 5, failed: 2, skipped: 2 });
    const xml = `<testsuites name="x"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1">`;
    expect(junitCounts(xml)).toEqual({ passed: 4, failed: 3, skipped: 3 });
  });

  it("ends in a line that never looks well when something failed", () => {
    const part = { name: "lint", output: "", counts: { passed: 0, failed: 0, skipped: 0 } };
    const tests = {
      name: "unit",
      output: "",
      counts: { passed: 3, failed: 0, skipped: 0 },
      failed: false,
    };
    expect(closingLine(total([{ ...part, failed: true }, tests]))).toBe("3 passed, 1 failed");
    expect(closingLine(total([{ ...part, failed: false }, tests]))).toBe("3 passed, 0 failed");
    expect(closingLine({ passed: 1, failed: 0, skipped: 2 })).toBe("1 passed, 0 failed, 2 skipped");
  });
});
