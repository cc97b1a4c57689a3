import type { Thing, ThingKind } from "./inventory";
import { removeAll } from "./remove";
import { FakeCloud, type Reply } from "./testing/fake-cloud";

const thing = (kind: ThingKind, id: string): Thing => ({
  kind,
  id,
  name: kind === "key pair" ? id : `name of ${id}`,
  cloudName: "feedback-loop-chameleon",
  keep: false,
});
const all = [
  thing("key pair", "a key"),
  thing("volume", "v"),
  thing("security group", "g"),
  thing("port", "p"),
  thing("server", "s"),
  thing("floating IP", "f"),
];
const patience = { seconds: 5, pauseMs: 1 };

/** Answers that follow one another for a question; the last one stays. */
const script = (answers: Record<string, Reply[]>) => {
  const counts = new Map<string, number>();
  return ({ method, path }: { method: string; path: string }): Reply => {
    const question = `${method} ${path}`;
    const count = counts.get(question) ?? 0;
    counts.set(question, count + 1);
    const replies = answers[question] ?? [];
    return replies[Math.min(count, replies.length - 1)];
  };
};

const done = { status: 204 };
const status = (value: string) => ({ body: { it: { status: value } } });
const gone = undefined;

describe("removing", () => {
  let cloud: FakeCloud;
  const said: string[] = [];
  afterEach(async () => {
    said.length = 0;
    await cloud.dispose();
  });
  const remove = async (things: readonly Thing[], limits = patience) =>
    removeAll(await cloud.open(), things, (line) => said.push(line), limits);

  it("waits for the server, then for the group and the volume to be free", async () => {
    cloud = await FakeCloud.start(
      script({
        "DELETE /network/v2.0/floatingips/f": [done],
        "DELETE /compute/v2.1/servers/s": [done],
        "GET /compute/v2.1/servers/s": [status("ACTIVE"), status("ACTIVE"), gone],
        "DELETE /network/v2.0/ports/p": [done],
        "DELETE /network/v2.0/security-groups/g": [{ status: 409 }, done],
        "GET /volume/v3/p1/volumes/v": [status("in-use"), status("available"), gone],
        "DELETE /volume/v3/p1/volumes/v": [done],
        "DELETE /compute/v2.1/os-keypairs/a%20key": [done],
      }),
    );
    await remove(all);
    expect(cloud.questions).toEqual([
      "DELETE /network/v2.0/floatingips/f",
      "DELETE /compute/v2.1/servers/s",
      "GET /compute/v2.1/servers/s",
      "GET /compute/v2.1/servers/s",
      "GET /compute/v2.1/servers/s",
      "DELETE /network/v2.0/ports/p",
      "DELETE /network/v2.0/security-groups/g",
      "DELETE /network/v2.0/security-groups/g",
      "GET /volume/v3/p1/volumes/v",
      "GET /volume/v3/p1/volumes/v",
      "DELETE /volume/v3/p1/volumes/v",
      "GET /volume/v3/p1/volumes/v",
      "DELETE /compute/v2.1/os-keypairs/a%20key",
    ]);
    expect(said).toHaveLength(all.length);
    expect(said[0]).toBe("removed floating IP name of f (f)");
  });

  it("counts what is gone already as removed", async () => {
    cloud = await FakeCloud.start(() => gone);
    await remove(all);
    expect(said).toHaveLength(all.length);
  });

  it("goes on after a failure, and ends with all of them", async () => {
    cloud = await FakeCloud.start(({ path }) =>
      /floatingips|ports/.test(path)
        ? { status: 500, body: { NeutronError: { message: "boom" } } }
        : gone,
    );
    await expect(remove(all)).rejects.toThrow(/not everything(.|\n)*boom(.|\n)*boom/);
    expect(said.filter((line) => line.startsWith("removed "))).toHaveLength(4);
  });

  it("gives up on a server that stays", async () => {
    cloud = await FakeCloud.start(({ method }) => (method === "GET" ? status("ERROR") : done));
    await expect(remove([thing("server", "s")], { seconds: 0, pauseMs: 1 })).rejects.toThrow(
      "server name of s (s) is still there after 0 s, ERROR",
    );
  });
});
