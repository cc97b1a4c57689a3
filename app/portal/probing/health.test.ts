// How health changes with what is seen; time is a number of seconds.
import fc from "fast-check";
import { type Finding, type Health, healthAfter, unseen } from "./health";

const at = (seconds: number) => new Date(seconds * 1000);
const well: Finding = { outcome: "well" };
const ill: Finding = { outcome: "ill", reason: "answers with status 503" };
const cut: Finding = { outcome: "unreachable", reason: "out of the portal's reach (ECONNREFUSED)" };
const patience = { misses: 2, startSeconds: 100 };

/** What is known after findings that come every ten seconds, the first at second 10. */
const after = (...findings: Finding[]): Health =>
  findings.reduce(
    (health, finding, index) =>
      healthAfter(health, finding, at(10 * (index + 1)), { patience, lookingSince: at(0) }),
    unseen(at(0)),
  );
const times = (count: number, finding: Finding) => Array.from({ length: count }, () => finding);
const state = (...findings: Finding[]) => {
  const { state, since } = after(...findings);
  return [state, since.getTime() / 1000];
};

describe("a service", () => {
  it("is unknown until it was asked", () => {
    expect(after()).toMatchObject({ state: "unknown", checkedAt: undefined });
  });

  it("is healthy from the first good answer on", () => {
    expect(state(well, well, well)).toEqual(["healthy", 10]);
    expect(after(well, well)).toMatchObject({ checkedAt: at(20), reason: undefined });
  });

  it("is starting while it hasn't been well yet, and not for ever", () => {
    expect(state(...times(3, ill))).toEqual(["starting", 10]);
    expect(state(ill, ill, well)).toEqual(["healthy", 30]);
    expect(state(...times(9, ill))).toEqual(["starting", 10]);
    expect(state(...times(12, ill))).toEqual(["unhealthy", 10]);
  });

  it("may miss one answer, not two; then it is down since the first", () => {
    expect(state(well, well, ill)).toEqual(["healthy", 10]);
    expect(state(well, ill, well, ill, well)).toEqual(["healthy", 10]);
    expect(state(well, well, ill, ill)).toEqual(["unhealthy", 30]);
    expect(after(well, well, ill, ill, ill)).toMatchObject({ since: at(30), checkedAt: at(50) });
    expect(after(well, ill, ill).reason).toBe("answers with status 503");
  });

  it("that was well and is not isn't starting, however early", () => {
    expect(state(well, ill, ill, ill)).toEqual(["unhealthy", 20]);
  });

  it("is back with one good answer", () => {
    expect(state(well, ill, ill, well)).toEqual(["healthy", 40]);
    expect(after(well, ill, ill, well)).toMatchObject({ misses: 0, reason: undefined });
  });

  it("isn't blamed when the way to it is closed", () => {
    expect(state(cut)).toEqual(["unknown", 0]);
    expect(state(well, cut)).toEqual(["healthy", 10]);
    expect(state(well, cut, cut)).toEqual(["unknown", 20]);
    expect(state(well, ill, ill, cut)).toEqual(["unknown", 40]);
    expect(state(well, cut, cut, ill)).toEqual(["unhealthy", 40]);
    expect(state(well, cut, cut, well)).toEqual(["healthy", 40]);
  });
});

it("whatever is seen, one good answer makes healthy and what is said is never from the future", () => {
  const findings = fc.array(fc.constantFrom(well, ill, cut), { maxLength: 40 });
  fc.assert(
    fc.property(findings, (seen) => {
      const health = after(...seen);
      const now = at(10 * seen.length);
      expect(health.since.getTime()).toBeLessThanOrEqual(now.getTime());
      expect(health.reason === undefined).toBe(health.misses === 0 || health.state === "healthy");
      expect(after(...seen, well).state).toBe("healthy");
      expect(after(...seen, ill, ill).state).not.toBe("healthy");
    }),
  );
});
