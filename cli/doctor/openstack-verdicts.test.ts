import { readConfig } from "../../infra/config";
import { CloudError, type ThingKind, metadataOf } from "../../infra/openstack";
import type { CloudFacts, CloudNeeds } from "./openstack-facts";
import { cloudVerdicts, keyVerdict, loginVerdicts } from "./openstack-verdicts";

const reservationId = "11111111-2222-3333-4444-555555555555";
const config = readConfig({
  target: "chameleon",
  openstack: JSON.stringify({ reservationId }),
  ssh: '{"user":"cc"}',
  allowedCidrs: '{"ssh":["198.51.100.7/32"]}',
});
const needs: CloudNeeds = {
  stack: "chameleon",
  openstack: config.openstack,
  dataVolume: config.dataVolume,
  leaseEnd: "",
  held: new Set(),
  ids: new Set(),
  owner: undefined,
  memoryMiB: 3600,
  freeMiB: 12_000,
  vcpus: 2,
};
const lease = {
  id: "l1",
  name: "mine",
  status: "ACTIVE",
  user_id: "me",
  start_date: "2026-12-01T04:00:00.000000",
  end_date: "2026-12-01T12:00:00.000000",
  reservations: [{ id: reservationId, resource_type: "flavor:instance", amount: 1 }],
};
const quota = { limit: 10, used: 3, reserved: 0 };
const facts: CloudFacts = {
  flavor: { name: `reservation:${reservationId}`, vcpus: 2, ram: 4096, disk: 40 },
  leases: [lease],
  servers: [],
  networks: [{}],
  pools: [{}],
  floatingIps: [],
  images: [{ min_disk: 10, min_ram: 512 }],
  zones: [],
  compute: {
    ...{ maxTotalInstances: 10, totalInstancesUsed: 9, maxTotalCores: -1 },
    ...{ maxTotalRAMSize: 51200, totalRAMUsed: 4096 },
  },
  network: { port: quota, security_group: quota, floatingip: quota },
  volume: undefined,
  volumeTypes: [],
  storage: {},
};
const now = new Date("2026-12-01T10:00Z");

/** The one verdict of a name. */
function verdict(check: string, found: Partial<CloudFacts> = {}, wanted: Partial<CloudNeeds> = {}) {
  const all = cloudVerdicts({ ...facts, ...found }, { ...needs, ...wanted }, now);
  const one = all.find((each) => each.check === check);
  if (!one)
    throw new Error(`no verdict ${check}, only ${all.map((each) => each.check).join(", ")}`);
  return one;
}
const openstack = (over: Partial<CloudNeeds["openstack"]>) => ({
  openstack: { ...needs.openstack, ...over },
});
const dataVolume = (over: Partial<CloudNeeds["dataVolume"]>) => ({
  dataVolume: { ...needs.dataVolume, ...over },
});

it("a cloud that has all that a stack needs is well", () => {
  const found = cloudVerdicts(facts, needs, now);
  expect(found.map(({ ok }) => ok)).toEqual(found.map(() => true));
  expect(verdict("reserved").words).toBe("2 vCPUs, 4096 MiB, 40 GiB, until 2026-12-01T12:00Z");
});

it("what a service doesn't tell is unknown and not wrong", () => {
  const silent = new CloudError("no answer", "network");
  for (const check of ["network", "address", "quota"] as const) {
    const found = { networks: silent, pools: silent, network: silent };
    expect(verdict(check, found)).toEqual({ check, ok: undefined, words: "no answer" });
  }
});

describe("a reservation", () => {
  it.each([
    [{ vcpus: 1, ram: 4096, disk: 40 }, "2 vCPUs"],
    [{ vcpus: 2, ram: 2048, disk: 40 }, "3600 MiB"],
    [{ vcpus: 2, ram: 4096, disk: 10 }, "16 GiB of disk"],
  ])("of %j is too small", (size, lacking) => {
    const { ok, words } = verdict("reserved", { flavor: { name: "m", ...size } });
    expect(ok).toBe(false);
    expect(words).toContain(`the stack needs ${lacking}`);
  });

  it("without a disk of its own has the image's", () => {
    const flavor = { name: "m", vcpus: 2, ram: 4096, disk: 0 };
    expect(verdict("reserved", { flavor }).ok).toBe(true);
  });

  it.each([
    ["over", { ...lease, status: "TERMINATED" }, "lease mine is over since 2026-12-01T12:00Z"],
    ["to come", { ...lease, status: "PENDING" }, "lease mine is PENDING and starts at"],
    [
      "another",
      { ...lease, reservations: [] },
      `the cloud has no reservation ${reservationId}: it is over, deleted or of another project`,
    ],
    [
      "mistaken for its lease",
      {
        ...lease,
        id: reservationId,
        reservations: [{ id: "the-right-one", resource_type: "flavor:instance" }],
      },
      "is the lease; its reservation is the-right-one",
    ],
  ])("that is %s says so", (_, found, words) => {
    const said = verdict("reserved", { flavor: undefined, leases: [found] });
    expect(said.ok).toBe(false);
    expect(said.words).toContain(words);
  });

  it("with another server on it has no place left", () => {
    const server = (metadata = {}) => ({
      ...{ id: "s1", name: "bob's" },
      flavor: { id: reservationId },
      metadata,
    });
    expect(verdict("reserved", { servers: [server()] })).toMatchObject({
      ok: false,
      words: expect.stringContaining("another server, bob's (s1)") as string,
    });
    expect(verdict("reserved", { servers: [server()] }, { ids: new Set(["s1"]) }).ok).toBe(true);
    const stray = metadataOf({ cloudName: "feedback-loop-chameleon", owner: "a:/b#0a1b2c3d" });
    const servers = [server(stray)];
    expect(verdict("reserved", { servers }, { owner: "0a1b2c3d" }).ok).toBe(true);
    expect(verdict("reserved", { servers }, { owner: "99999999" }).ok).toBe(false);
  });

  it("whose end the settings have otherwise says so", () => {
    expect(verdict("reserved", {}, { leaseEnd: "2026-12-01T08:00Z" }).words).toContain(
      "until 2026-12-01T12:00Z (leaseEnd in the settings says 2026-12-01T08:00Z)",
    );
  });
});

it("a flavor by name has to be there", () => {
  const named = openstack({ reservationId: "", flavor: "m1.huge" });
  expect(verdict("flavor", { flavor: undefined }, named)).toMatchObject({
    ok: false,
    words: "openstack.flavor: the cloud has no flavor m1.huge",
  });
});

it.each([
  [[], "the project sees no network sharednet1"],
  [[{}, {}], "2 networks are called sharednet1"],
])("networks %j are no answer", (networks, words) => {
  expect(verdict("network", { networks })).toMatchObject({
    ok: false,
    words: expect.stringContaining(words) as string,
  });
});

describe("an image", () => {
  it("has to be there, unless the server was made of it already", () => {
    expect(verdict("image", { images: [] }).ok).toBe(false);
    expect(verdict("image", { images: [] }, { held: new Set(["server"]) }).ok).toBe(true);
  });

  it("has to fit the flavor", () => {
    expect(verdict("image", { images: [{ min_disk: 80, min_ram: 0 }] }).ok).toBe(false);
    expect(verdict("image", { images: [{ min_disk: 0, min_ram: 8192 }] }).ok).toBe(false);
  });
});

describe("a floating IP", () => {
  const full = { ...facts.network, floatingip: { limit: 3, used: 3, reserved: 0 } };

  it("of the pool needs a pool and room in the quota, but for a stack that has one", () => {
    expect(verdict("address", { pools: [] }).words).toContain("no external network public");
    expect(verdict("address", { network: full }).words).toContain("all 3 floating IPs");
    expect(verdict("address", { network: full }, { held: new Set(["floating IP"]) }).ok).toBe(true);
  });

  it("of the project has to be held, and free", () => {
    const wanted = openstack({ floatingIp: "198.51.100.9" });
    const held = (port_id: string | null) => ({
      floatingIps: [{ id: "f", floating_ip_address: "198.51.100.9", port_id }],
    });
    expect(verdict("address", {}, wanted).words).toContain("holds no 198.51.100.9, only none at");
    expect(verdict("address", held(null), wanted).ok).toBe(true);
    expect(verdict("address", held("p"), wanted).words).toContain("is on another server");
    expect(verdict("address", held("p"), { ...wanted, ids: new Set(["p"]) }).ok).toBe(true);
  });

  it.each([
    ["one of its own to a borrowed one", "198.51.100.9", new Set<ThingKind>(["floating IP"])],
    ["a borrowed one to another", "198.51.100.9", new Set<ThingKind>()],
    ["a borrowed one to one of its own", "", new Set<ThingKind>()],
  ])("doesn't change from %s while the stack is up", (_, wanted, held) => {
    const floatingIps = [
      { id: "now", floating_ip_address: "198.51.100.7", port_id: "p" },
      { id: "free", floating_ip_address: "198.51.100.9", port_id: null },
    ];
    const needs = { ...openstack({ floatingIp: wanted }), held, ids: new Set(["p"]) };
    expect(verdict("address", { floatingIps }, needs)).toMatchObject({
      ok: false,
      words: expect.stringContaining("has the address 198.51.100.7") as string,
    });
  });
});

describe("quotas", () => {
  it("name all that they leave no room for", () => {
    const compute = {
      maxTotalInstances: 1,
      totalInstancesUsed: 1,
      maxTotalCores: 3,
      totalCoresUsed: 2,
    };
    const network = { port: { limit: 1, used: 0, reserved: 1 }, security_group: quota };
    expect(verdict("quota", { compute, network })).toMatchObject({
      ok: false,
      words: expect.stringContaining("no room for a server, 2 vCPUs, a port:") as string,
    });
  });

  it("don't matter for what the stack has", () => {
    const compute = { maxTotalInstances: 1, totalInstancesUsed: 1 };
    expect(verdict("quota", { compute }, { held: new Set(["server"]) }).ok).toBe(true);
  });
});

describe("a data volume", () => {
  const id = "99999999-2222-3333-4444-555555555555";
  const found = (over = {}) => ({
    volume: { status: "available", size: 5, attachments: [], ...over },
  });

  it("isn't spoken of where there is none", () => {
    expect(cloudVerdicts(facts, needs, now).map(({ check }) => check)).not.toContain("volume");
  });

  it("that is given has to be there and free", () => {
    const wanted = dataVolume({ id });
    expect(verdict("volume", found(), wanted).words).toBe(`${id}, 5 GiB`);
    expect(verdict("volume", found({ status: "error" }), wanted).ok).toBe(false);
    const attached = found({ status: "in-use", attachments: [{ server_id: "s" }] });
    expect(verdict("volume", attached, wanted).words).toContain("is on another server, s");
    expect(verdict("volume", attached, { ...wanted, ids: new Set(["s"]) }).ok).toBe(true);
    const gone = { volume: new CloudError("no", "volume", 404) };
    expect(verdict("volume", gone, wanted).words).toContain("the project has no volume");
  });

  it("that is to be made needs its type and room", () => {
    const wanted = dataVolume({ sizeGiB: 20, type: "ceph-ssd" });
    const types = { volumeTypes: [{ name: "ceph-ssd" }] };
    expect(verdict("volume", {}, wanted).words).toContain("dataVolume.type: ceph-ssd is none of");
    expect(verdict("volume", types, wanted).ok).toBe(true);
    const storage = { maxTotalVolumeGigabytes: 100, totalGigabytesUsed: 90 };
    expect(verdict("volume", { ...types, storage }, wanted).ok).toBe(false);
    const own = { ...wanted, held: new Set(["volume"] as const) };
    expect(verdict("volume", { ...types, storage }, own).ok).toBe(true);
  });
});

it("a zone has to be there and open", () => {
  const zones = [
    { zoneName: "nova", zoneState: { available: true } },
    { zoneName: "old", zoneState: { available: false } },
  ];
  expect(verdict("zone", { zones }, openstack({ availabilityZone: "nova" })).ok).toBe(true);
  expect(verdict("zone", { zones }, openstack({ availabilityZone: "old" })).words).toContain(
    "old is none of nova",
  );
});

describe("before and at the login", () => {
  const session = { projectName: "course", authType: "password" };

  it("a missing file is all there is to say", () => {
    const missing = new CloudError("there is no clouds.yaml", "clouds.yaml");
    expect(loginVerdicts(missing, missing, ["OS_TOKEN"])).toEqual([
      { check: "clouds", ok: false, words: "there is no clouds.yaml" },
    ]);
  });

  it("a refused login is wrong, variables that would be mixed in are named", () => {
    const refused = new CloudError("refused", "identity", 401);
    const [, variables, login] = loginVerdicts("/c.yaml", refused, ["OS_TOKEN"]);
    expect(variables).toMatchObject({
      ok: true,
      words: expect.stringContaining("OS_TOKEN") as string,
    });
    expect(login).toEqual({ check: "login", ok: false, words: "refused" });
    expect(loginVerdicts("/c.yaml", session, [])[2]?.words).toBe("project course, by password");
  });

  it("a public key has to be there", () => {
    expect(keyVerdict("~/.ssh/id.pub", undefined).ok).toBe(true);
    expect(keyVerdict("~/.ssh/id.pub", "there is none").words).toBe("there is none");
  });
});
