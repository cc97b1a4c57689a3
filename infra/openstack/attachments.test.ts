import { detachStrays } from "./attachments";
import { FakeCloud, type Reply } from "./testing/fake-cloud";

describe("volumes on a server", () => {
  let cloud: FakeCloud;
  afterEach(() => cloud.dispose());
  const states = ["detaching", "available"];
  const reply = ({ method, path }: { method: string; path: string }): Reply => {
    if (method === "DELETE") return { status: 202 };
    if (path.startsWith("/volume")) return { body: { volume: { status: states.shift() } } };
    return {
      body: {
        volumeAttachments: ["data", "byhand"].map((id) => ({ id, volumeId: id, serverId: "s" })),
      },
    };
  };
  const detach = async (volumeIds: string[], known: string[]) => {
    cloud = await FakeCloud.start(reply);
    const question = { serverId: "s", volumeIds, knownIds: new Set(known) };
    const said: string[] = [];
    const patience = { seconds: 5, pauseMs: 1 };
    await detachStrays(await cloud.open(), question, (line) => said.push(line), patience);
    return { said, removed: cloud.questions.filter((asked) => asked.startsWith("DELETE")) };
  };

  it("that a killed deployment attached are taken off, and waited for", async () => {
    const { said, removed } = await detach(["data"], ["s", "data"]);
    expect(removed).toEqual(["DELETE /compute/v2.1/servers/s/os-volume_attachments/data"]);
    expect(states).toEqual([]);
    expect(said).toHaveLength(1);
  });

  it("that the state knows, or that aren't the stack's, stay", async () => {
    expect((await detach(["data"], ["s/data"])).removed).toEqual([]);
    await cloud.dispose();
    expect((await detach([], [])).removed).toEqual([]);
  });
});
