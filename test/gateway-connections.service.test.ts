// How much the gateway carries at once within its memory, and what becomes of connections when there are too many, or when
// nothing comes on them.
import { createHash, randomBytes } from "node:crypto";
import { Agent as PlainAgent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { docker, inspect } from "./support/docker";
import { type GatewayContainer, ToyStack } from "./support/gateway-container";
import { type Answer, ask, askForJson, WebSocketClient } from "./support/http-client";

interface Uploaded {
  bytes: number;
  sha256: string;
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));
const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
const mebibyte = 2 ** 20;

let stack: ToyStack;
let plain: GatewayContainer;
let secure: GatewayContainer;
let ca: string;

beforeAll(async () => {
  stack = await ToyStack.create();
  plain = await stack.startGateway({ tls: "off" });
  secure = await stack.startGateway({ tls: "internal" });
  ca = await secure.authority();
}, 900_000);
afterAll(() => stack?.dispose(), 120_000);

describe("within its memory", () => {
  const notKilled = async () => {
    const { State, RestartCount } = await inspect(secure.name);
    expect({ oom: State.OOMKilled, restarts: RestartCount }).toEqual({ oom: false, restarts: 0 });
  };

  it("takes an upload of 30 MB whole", async () => {
    const body = randomBytes(30 * mebibyte);
    const answer = await askForJson<Uploaded>(secure.url("frontend"), "/upload", {
      ca,
      method: "POST",
      body,
    });
    expect(answer).toEqual({ bytes: body.length, sha256: sha256(body) });
    await notKilled();
  }, 120_000);

  it.each([100, 400])(
    "takes %s uploads at once",
    async (count) => {
      const body = randomBytes(mebibyte / 2);
      const agent = new TlsAgent({ keepAlive: false });
      const question = { ca, agent, method: "POST", body, timeoutSeconds: 240 };
      const uploads = Array.from({ length: count }, () =>
        askForJson<Uploaded>(secure.url("frontend"), "/upload", question),
      );
      const expected = { bytes: body.length, sha256: sha256(body) };
      expect(await Promise.all(uploads)).toEqual(uploads.map(() => expected));
      await notKilled();
    },
    300_000,
  );
});

describe("a connection", () => {
  it("may be silent for longer than clients keep it, and a WebSocket for longer than a body may be", async () => {
    const agents = {
      plain: new PlainAgent({ keepAlive: true }),
      tls: new TlsAgent({ keepAlive: true }),
    };
    const both = (): Promise<Answer[]> =>
      Promise.all([
        ask(plain.url("frontend"), "/upload", { agent: agents.plain, method: "POST", body: "x" }),
        ask(secure.url("frontend"), "/upload", {
          agent: agents.tls,
          method: "POST",
          body: "x",
          ca,
        }),
      ]);
    const socket = await WebSocketClient.open(plain.url("jupyter"), "/ws");
    expect(await socket.echo("hello")).toBe("hello");
    expect(await both()).toMatchObject([{ status: 200 }, { status: 200 }]);
    await seconds(65);
    expect(await both()).toMatchObject([
      { status: 200, reused: true },
      { status: 200, reused: true },
    ]);
    expect(await socket.echo("still there")).toBe("still there");
    socket.close();
    for (const agent of Object.values(agents)) agent.destroy();
  }, 120_000);

  it("makes no room for others once its next request has come", async () => {
    const agent = new TlsAgent({ keepAlive: true, maxFreeSockets: 300 });
    const upload = (through?: TlsAgent) =>
      ask(secure.url("frontend"), "/upload", { ca, agent: through, method: "POST", body: "x" });
    // As many as the gateway has at once (app/gateway/connections.go), each idle for longer than it leaves it alone.
    const several = <T>(count: number, one: () => Promise<T>) =>
      Promise.all(Array.from({ length: count }, one));
    await several(300, () => upload(agent));
    await seconds(1.5);
    // While it sleeps, requests come on all of them, and others want to come in.
    await docker("pause", secure.name);
    const kept = several(300, () => upload(agent));
    const others = several(100, () => upload(new TlsAgent({ keepAlive: false })));
    await seconds(1);
    await docker("unpause", secure.name);
    for (const answer of await kept) expect(answer).toMatchObject({ status: 200, reused: true });
    for (const answer of await others) expect(answer).toMatchObject({ status: 200 });
    agent.destroy();
  }, 120_000);

  it.each(["off", "internal"] as const)(
    "whose headers don't come is closed within seconds, tls: %s",
    async (tls) => {
      const gateway = tls === "off" ? plain : secure;
      const host = { host: "127.0.0.1", port: gateway.ports.frontend };
      const socket = tls === "off" ? connect(host) : connectTls({ ...host, ca });
      const ready = tls === "off" ? "connect" : "secureConnect";
      await new Promise((resolve) => socket.once(ready, resolve));
      const started = Date.now();
      socket.on("error", () => undefined);
      const closed = new Promise((resolve) => socket.once("close", resolve));
      const trickle = setInterval(() => socket.write("X"), 1000);
      socket.write("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
      socket.resume();
      await closed;
      clearInterval(trickle);
      expect(Date.now() - started).toBeLessThan(40_000);
    },
    60_000,
  );

  it("that is silent makes room, once there are too many; a WebSocket stays", async () => {
    const socket = await WebSocketClient.open(plain.url("jupyter"), "/ws");
    const agent = new PlainAgent({
      keepAlive: true,
      maxSockets: Infinity,
      maxFreeSockets: Infinity,
    });
    const many = Array.from({ length: 320 }, () => ask(plain.url("frontend"), "/", { agent }));
    const statuses = new Set((await Promise.all(many)).map(({ status }) => status));
    expect([...statuses]).toEqual([200]);
    expect(await ask(plain.url("labelStudio"), "/")).toMatchObject({ status: 200 });
    expect(await socket.echo("still there")).toBe("still there");
    socket.close();
    agent.destroy();
  }, 120_000);
});
