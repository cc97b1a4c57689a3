import { leaseWarning } from "./lease-end";

const now = Date.parse("2026-12-01T12:00Z");

describe("the end of a lease", () => {
  it.each([
    ["2026-12-02T11:59Z", "in 23 hours, and the server with it: npm run lease -- extend"],
    ["2026-12-01T12:20:30Z", "in 21 minutes"],
    ["2026-12-01T12:00Z", "the lease ended at 2026-12-01T12:00Z"],
    ["2026-11-01T12:00Z", "npm run lease -- create makes a new one"],
  ])("at %s is told", (end, words) => {
    expect(leaseWarning(end, now)).toContain(words);
  });

  it.each([["2026-12-02T12:00Z"], ["2027-01-01T00:00Z"], [""]])("at %j is not", (end) => {
    expect(leaseWarning(end, now)).toBeUndefined();
  });
});
