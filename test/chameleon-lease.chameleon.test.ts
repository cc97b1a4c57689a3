// `npm run lease` against a real Blazar, with a login that may make leases and with one that may not.
import { randomUUID } from "node:crypto";
import { cloudNameOf, descriptionOf } from "../infra/openstack";
import { CloudStack } from "./support/cloud-stack";
import { LabCloud } from "./support/lab-cloud";

const minutes = 60_000;
jest.setTimeout(2 * minutes);
const hour = 3_600_000;

describe("a lease", () => {
  let cloud: LabCloud;
  let stack: CloudStack;

  beforeAll(async () => {
    cloud = await LabCloud.up();
    stack = await CloudStack.in(cloud);
  }, 10 * minutes);

  afterAll(async () => {
    await stack.command("lease", "delete", "-s", stack.name, "--yes");
    await cloud.dispose();
    stack.discard();
  });

  /** Ids of the reservations that the project has under the stack's name. */
  async function reservations(): Promise<string[]> {
    const { reservation } = await cloud.login("lab");
    const { leases } = await reservation.get<{
      leases: { name: string; reservations: { id: string }[] }[];
    }>("/leases");
    return leases
      .filter(({ name }) => name === stack.cloudName)
      .flatMap((lease) => lease.reservations.map(({ id }) => id));
  }

  const lease = (verb: string, ...more: string[]) =>
    stack.succeed("lease", verb, "-s", stack.name, ...more);
  const settings = () =>
    stack.settings<{ openstack: { reservationId?: string }; leaseEnd?: string }>();
  /** Hours from now until the end that the settings name. */
  const hoursLeft = async () => (Date.parse((await settings()).leaseEnd!) - Date.now()) / hour;

  it("is made, and its reservation named in the stack's settings", async () => {
    const told = await lease("create", "--hours", "2", "--flavor", cloud.flavorName);
    const { openstack } = await settings();
    expect(told).toContain(openstack.reservationId);
    expect(await hoursLeft()).toBeGreaterThan(1.9);
    expect(await hoursLeft()).toBeLessThan(2.05);
    expect(await reservations()).toEqual([openstack.reservationId]);
  });

  it("is shown", async () => {
    const { openstack } = await settings();
    const told = await lease("show");
    expect(told).toContain(openstack.reservationId);
    expect(told).toMatch(/active/i);
  });

  it("isn't made twice for one stack", async () => {
    const { said } = await stack.refusal(
      ...["lease", "create", "-s", stack.name, "--hours", "2", "--flavor", cloud.flavorName],
    );
    expect(said).toContain("has a lease already");
    expect(await reservations()).toHaveLength(1);
  });

  it("is made longer", async () => {
    const before = await hoursLeft();
    await lease("extend", "--hours", "3");
    expect((await hoursLeft()) - before).toBeCloseTo(3, 1);
  });

  it("is given back", async () => {
    await lease("delete", "--yes");
    expect(await reservations()).toEqual([]);
    const { openstack, leaseEnd } = await settings();
    expect(openstack.reservationId ?? "").toBe("");
    expect(leaseEnd ?? "").toBe("");
  });

  it("is told of a flavor that isn't there", async () => {
    const { said } = await stack.refusal(
      ...["lease", "create", "-s", stack.name, "--hours", "2", "--flavor", "m1.nonsense"],
    );
    expect(said).toContain("m1.nonsense");
    expect(await reservations()).toEqual([]);
  });

  it("isn't made by a credential that may not, and what to do instead is said", async () => {
    await stack.setConfig("openstack.cloud", "lab-app");
    const { said, seconds } = await stack.refusal(
      ...["lease", "create", "-s", stack.name, "--hours", "2", "--flavor", cloud.flavorName],
    );
    expect(said).toMatch(/application credential/);
    expect(said).toMatch(/web interface|password/);
    expect(seconds).toBeLessThan(60);
    expect(await reservations()).toEqual([]);
  });

  it("leaves nothing behind once it is over: what stacks still have then is swept away", async () => {
    const { network } = await cloud.login("lab");
    const [shared] = await network.list<{ id: string }>(
      `/networks?name=${cloud.network}`,
      "networks",
    );
    /** A port of somebody's stack. */
    const port = async (hoursLeft: number): Promise<string> => {
      const expires = new Date(Date.now() + hoursLeft * hour).toISOString();
      const cloudName = cloudNameOf(`left-${randomUUID().slice(0, 8)}`);
      const description = descriptionOf({ cloudName, owner: randomUUID(), expires });
      const made = { name: cloudName, network_id: shared!.id, description };
      return (await network.post<{ port: { id: string } }>("/ports", { port: made })).port.id;
    };
    const over = await port(-1);
    const goesOn = await port(1);
    try {
      await stack.succeed("sweep", "--expired", "--cloud", "lab", "--yes");
      const left = (await cloud.inventory()).ports.map(({ id }) => id);
      expect(left).toContain(goesOn);
      expect(left).not.toContain(over);
    } finally {
      await network.delete(`/ports/${goesOn}`);
    }
  });
});
