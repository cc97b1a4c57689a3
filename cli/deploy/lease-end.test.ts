import { endInWords } from "./lease-end";

describe("the end of a lease", () => {
  const end = "2026-12-01T12:00Z";
  const before = (hours: number) => Date.parse(end) - hours * 3_600_000;

  it.each([
    [100, "The lease ends at 2026-12-01T12:00Z, in 4 days."],
    [24, "The lease ends at 2026-12-01T12:00Z, in 1 day."],
  ])("in %d hours is said", (hours, words) => expect(endInWords(end, before(hours))).toBe(words));

  it.each([
    [23.9, "ends at", "npm run lease -- extend"],
    [0, "ended at", "npm run lease -- create"],
    [-5, "ended at", "npm run lease -- create"],
  ])("in %d hours is a warning, with what to do", (hours, when, command) => {
    const said = endInWords(end, before(hours));
    expect(said).toContain(`WARNING: the lease ${when} 2026-12-01T12:00Z`);
    expect(said).toContain(command);
  });
});
