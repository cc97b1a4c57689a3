import { CloudError, type Lease } from "../../infra/openstack";
import {
  chosenLease,
  flavorId,
  hoursOf,
  later,
  leaseInWords,
  refusedLease,
  standing,
} from "./choices";

const lease = (over: Partial<Lease> = {}): Lease => ({
  id: "l1",
  name: "feedback-loop-chameleon",
  status: "ACTIVE",
  user_id: "me",
  start_date: "2026-12-01T04:00:00.000000",
  end_date: "2026-12-01T12:00:00.000000",
  reservations: [
    { id: "r1", resource_type: "flavor:instance", vcpus: 2, memory_mb: 4096, disk_gb: 40 },
  ],
  ...over,
});
const asking = { reservationId: "r1", name: "feedback-loop-chameleon", userId: "me" };

describe("a stack's lease", () => {
  it("is the one with the reservation of its settings, whoever made it", () => {
    const made = lease({ user_id: "teacher" });
    expect(standing([made], asking)).toEqual({ own: made, others: [] });
  });

  it("is, before the settings know one, the user's own of its name", () => {
    const mine = lease();
    const other = lease({ id: "l2", user_id: "bob" });
    expect(standing([other, mine], { ...asking, reservationId: "" })).toEqual({
      sameName: mine,
      others: [mine],
    });
  });

  it("has to be named where there is none", () => {
    const other = lease({ name: "mine", reservations: [] });
    expect(() => chosenLease(standing([other], asking), "chameleon")).toThrow(
      "has no lease; yours are mine: name one by --name",
    );
    expect(() => chosenLease({ others: [] }, "chameleon")).toThrow(/has no lease$/);
  });

  it("is told with size, reservation, end and time left", () => {
    expect(leaseInWords(lease(), new Date("2026-12-01T04:01Z"))).toBe(
      "lease feedback-loop-chameleon (l1): 2 vCPUs, 4096 MiB, reservation r1; ACTIVE, until 2026-12-01T12:00Z (7 h 59 min left)",
    );
    expect(leaseInWords(lease(), new Date("2026-12-02T00:00Z"))).toContain(
      "over since 2026-12-01T12:00Z",
    );
  });
});

it("a flavor is found by its name, or those are told that there are", () => {
  const flavors = [
    { id: "2", name: "m1.medium" },
    { id: "r9", name: "reservation:r9" },
    { id: "1", name: "m1.large" },
  ];
  expect(flavorId(flavors, "m1.medium")).toBe("2");
  expect(() => flavorId(flavors, "huge")).toThrow(/there are m1.large, m1.medium$/);
});

it("hours are whole and within a month", () => {
  expect(hoursOf("8")).toBe(8);
  for (const given of ["0", "1.5", "-1", "721", "x", ""])
    expect(() => hoursOf(given)).toThrow(`--hours ${given}`);
  expect(later(new Date("2026-12-01T22:00Z"), 3)).toEqual(new Date("2026-12-02T01:00Z"));
});

describe("a lease that is refused", () => {
  const refusal = new CloudError("Delegated tokens cannot manage trusts", "reservation", 500);

  it("to an application credential comes with what to do instead", () => {
    const said = refusedLease(refusal, "application credential", "mine")?.message;
    expect(said).toMatch(/^Delegated tokens/);
    expect(said).toMatch(
      /unrestricted(.|\n)*--cloud NAME(.|\n)*config set --path openstack(.|\n)*-s mine/,
    );
  });

  it("for another reason is left as it is", () => {
    expect(refusedLease(refusal, "password", "mine")).toBeUndefined();
    const conflict = new CloudError("no such flavor", "reservation", 404);
    expect(refusedLease(conflict, "application credential", "mine")).toBeUndefined();
    expect(refusedLease(new Error("bug"), "application credential", "mine")).toBeUndefined();
  });
});
