import { createLease, deleteLease, isAlive, leaseEnd, moveLeaseEnd } from "./leases";
import { FakeCloud, type Reply } from "./testing/fake-cloud";

const lease = (status: string, end = "2026-12-01T12:00:00.000000") => ({
  id: "l1",
  name: "mine",
  status,
  user_id: "user-id",
  start_date: "2026-12-01T04:00:00.000000",
  end_date: end,
  reservations: [{ id: "r1", resource_type: "flavor:instance" }],
});
const end = new Date("2026-12-01T12:00:40Z");

describe("a lease", () => {
  let cloud: FakeCloud;
  afterEach(() => cloud.dispose());

  it("is made from now on to the minute, and waited for", async () => {
    const states = ["PENDING", "STARTING", "ACTIVE"];
    cloud = await FakeCloud.start(({ method }) => ({
      status: method === "POST" ? 201 : 200,
      body: { lease: lease(states.length > 1 ? states.shift()! : "ACTIVE") },
    }));
    const made = await createLease(await cloud.open(), { name: "mine", flavorId: "f1", end });
    expect(made.status).toBe("ACTIVE");
    expect(cloud.asked[0]?.body).toEqual({
      name: "mine",
      start_date: "now",
      end_date: "2026-12-01 12:00",
      reservations: [
        { resource_type: "flavor:instance", flavor_id: "f1", amount: 1, affinity: "None" },
      ],
      events: [],
    });
  });

  it("that can't start is given back", async () => {
    let isThere = true;
    cloud = await FakeCloud.start(({ method }): Reply => {
      if (method === "DELETE") isThere = false;
      if (method === "DELETE") return { status: 204 };
      return isThere ? { body: { lease: lease("ERROR") } } : undefined;
    });
    await expect(
      createLease(await cloud.open(), { name: "mine", flavorId: "f1", end }),
    ).rejects.toThrow("could not be started");
    expect(cloud.questions).toContain("DELETE /reservation/v1/leases/l1");
  });

  it("ends later by its end's date, the one thing that Blazar reads", async () => {
    cloud = await FakeCloud.start(() => ({ body: { lease: lease("ACTIVE") } }));
    await moveLeaseEnd(await cloud.open(), "l1", end);
    expect(cloud.asked[0]).toMatchObject({
      method: "PUT",
      path: "/reservation/v1/leases/l1",
      body: { end_date: "2026-12-01 12:00" },
    });
  });

  it("that is gone needn't be deleted", async () => {
    cloud = await FakeCloud.start(() => undefined);
    await expect(deleteLease(await cloud.open(), "l1")).resolves.toBeUndefined();
  });
});

it("a lease's end is written as the settings have it", () => {
  expect(leaseEnd(lease("ACTIVE"))).toBe("2026-12-01T12:00Z");
  expect(leaseEnd({ end_date: "2026-12-01 12:00" })).toBe("2026-12-01T12:00Z");
});

it.each([
  ["ACTIVE", "2026-12-01T12:00:00Z", false],
  ["ACTIVE", "2026-12-01T11:59:00Z", true],
  ["PENDING", "2026-12-01T11:59:00Z", true],
  ["TERMINATED", "2026-12-01T11:59:00Z", false],
  ["ERROR", "2026-12-01T11:59:00Z", false],
])("a lease that is %s until noon lives at %s: %s", (status, now, alive) => {
  expect(isAlive(lease(status), new Date(now))).toBe(alive);
});
