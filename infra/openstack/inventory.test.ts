import { inventory, serverStatus, strays, unknown, type Thing } from "./inventory";
import { descriptionOf, metadataOf, tagsOf } from "./marks";
import { type Asked, FakeCloud } from "./testing/fake-cloud";

const ours = { cloudName: "feedback-loop-chameleon", owner: "here:/clone#0a1b2c3d" };
const theirs = { cloudName: "feedback-loop-chameleon-bob", owner: "there:/clone#99999999" };

const lists: Record<string, unknown> = {
  "/compute/v2.1/servers/detail": {
    servers: [
      {
        id: "s1",
        name: "feedback-loop-chameleon",
        created: "2026-11-30T10:00:00Z",
        metadata: metadataOf(ours),
        flavor: { id: "r1" },
      },
      { id: "s2", name: "feedback-loop-chameleon", metadata: {}, flavor: { id: "f" } },
      { id: "s3", name: "bob's", metadata: metadataOf(theirs), flavor: { id: "r2" } },
    ],
  },
  "/network/v2.0/floatingips?project_id=p1": {
    floatingips: [
      { id: "f1", floating_ip_address: "198.51.100.7", tags: [], description: descriptionOf(ours) },
      { id: "f2", floating_ip_address: "198.51.100.8", tags: [], description: "" },
    ],
  },
  "/network/v2.0/ports?project_id=p1": {
    ports: [{ id: "p1", name: "feedback-loop-chameleon", tags: tagsOf(ours) }],
  },
  "/network/v2.0/security-groups?project_id=p1": {
    security_groups: [
      { id: "g0", name: "default", tags: [], description: "Default security group" },
      { id: "g1", name: "feedback-loop-chameleon", tags: tagsOf(ours) },
    ],
  },
  "/volume/v3/p1/volumes/detail": {
    volumes: [{ id: "v1", name: "data", metadata: metadataOf({ ...ours, keep: true }) }],
  },
  "/compute/v2.1/os-keypairs": {
    keypairs: [
      { keypair: { name: "feedback-loop-chameleon" } },
      { keypair: { name: "feedback-loop-chameleon-2" } },
      { keypair: { name: "laptop" } },
    ],
  },
};
const reply = ({ path }: Asked) => (path in lists ? { body: lists[path] } : undefined);
const words = (things: readonly Thing[]) => things.map(({ kind, id }) => `${kind} ${id}`).sort();

describe("what a cloud has of stacks", () => {
  let cloud: FakeCloud;
  beforeAll(async () => {
    cloud = await FakeCloud.start(reply);
  });
  afterAll(() => cloud.dispose());

  it("is found by marks, whatever it is called, and only the key pair by its name", async () => {
    const found = await inventory(await cloud.open(), { cloudName: "feedback-loop-chameleon" });
    expect(words(found)).toEqual([
      "floating IP f1",
      "key pair feedback-loop-chameleon",
      "port p1",
      "security group g1",
      "server s1",
      "volume v1",
    ]);
    expect(found.find(({ id }) => id === "s1")).toEqual({
      kind: "server",
      id: "s1",
      name: "feedback-loop-chameleon",
      cloudName: "feedback-loop-chameleon",
      owner: "0a1b2c3d",
      since: "2026-11-30T10:00:00Z",
      flavorId: "r1",
      keep: false,
    });
    expect(found.find(({ id }) => id === "f1")).toMatchObject({ name: "198.51.100.7" });
    expect(found.find(({ id }) => id === "v1")).toMatchObject({ keep: true });
  });

  it("holds other stacks too when no name is given", async () => {
    const found = await inventory(await cloud.open());
    expect(words(found.filter(({ cloudName }) => cloudName === theirs.cloudName))).toEqual([
      "server s3",
    ]);
  });

  it("that the state doesn't know is the stack's only with its owner's mark", async () => {
    const session = await cloud.open();
    const known = new Set(["s1", "g1"]);
    const found = await strays(session, ours, known);
    expect(words(found.strays)).toEqual([
      "floating IP f1",
      "key pair feedback-loop-chameleon",
      "port p1",
    ]);
    expect(found.foreign).toEqual([]);
    const asked = await strays(session, { ...ours, owner: "here:/clone#77777777" }, new Set());
    expect(asked.strays).toEqual([]);
    expect(words(asked.foreign)).toContain("server s1");
  });

  it("tells how a server is, and that there is none", async () => {
    const session = await cloud.open();
    lists["/compute/v2.1/servers/s1"] = { server: { status: "ACTIVE" } };
    expect(await serverStatus(session, "s1")).toBe("ACTIVE");
    expect(await serverStatus(session, "s9")).toBeUndefined();
  });
});

describe("what a state doesn't know", () => {
  const one = (kind: Thing["kind"], over: Partial<Thing> = {}): Thing => ({
    kind,
    id: kind,
    name: kind,
    cloudName: ours.cloudName,
    owner: "0a1b2c3d",
    keep: false,
    ...over,
  });

  it("never has data that was kept on purpose", () => {
    const found = unknown([one("volume", { keep: true })], ours.owner, new Set());
    expect(found).toEqual({ strays: [], foreign: [] });
  });

  it("is foreign to a state that has no owner yet", () => {
    expect(unknown([one("server")], undefined, new Set()).strays).toEqual([]);
    expect(unknown([one("server")], undefined, new Set()).foreign).toHaveLength(1);
  });

  it("leaves the key pair to whoever else's things are there", () => {
    const key = one("key pair", { owner: undefined });
    const found = unknown([one("server", { owner: "99999999" }), key], ours.owner, new Set());
    expect(words(found.foreign)).toEqual(["key pair key pair", "server server"]);
    expect(unknown([key], ours.owner, new Set()).strays).toEqual([key]);
  });
});
