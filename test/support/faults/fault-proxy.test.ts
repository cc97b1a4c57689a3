import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { type Fault, FaultProxy, passage } from "./fault-proxy";

describe("a piece of a stream", () => {
  const piece = { direction: "toServer", bytes: 100, passed: 0 } as const;

  it.each<[Fault, { waitMs?: number; bytes?: number; ends?: boolean }]>([
    [{ kind: "none" }, {}],
    [{ kind: "delay", milliseconds: 30 }, { waitMs: 30 }],
    [{ kind: "throttle", bytesPerSecond: 1000 }, { waitMs: 100 }],
    [
      { kind: "cut", direction: "toServer", afterBytes: 40 },
      { bytes: 40, ends: true },
    ],
    [{ kind: "cut", direction: "toServer", afterBytes: 100 }, {}],
    [{ kind: "cut", direction: "toClient", afterBytes: 40 }, {}],
  ])("with %j", (fault, expected) => {
    expect(passage(fault, piece)).toEqual({ waitMs: 0, bytes: 100, ends: false, ...expected });
  });

  it("passes just as much before a cut as the fault allows, however a stream is divided", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 });
    fc.assert(
      fc.property(sizes, fc.nat(2000), (pieces, afterBytes) => {
        let passed = 0;
        let ended = false;
        for (const bytes of pieces) {
          if (ended) break;
          const cut: Fault = { kind: "cut", direction: "toServer", afterBytes };
          const verdict = passage(cut, { direction: "toServer", bytes, passed });
          passed += verdict.bytes;
          ended = verdict.ends;
        }
        const sent = pieces.reduce((sum, bytes) => sum + bytes, 0);
        expect(passed).toBe(Math.min(sent, afterBytes));
        expect(ended).toBe(sent > afterBytes);
      }),
    );
  });
});

describe("the fault proxy", () => {
  let server: Server;
  let proxy: FaultProxy;

  beforeEach(async () => {
    // Says again whatever it is told.
    server = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    proxy = await FaultProxy.open({ host: "127.0.0.1", port });
  });

  afterEach(async () => {
    await proxy.close();
    await new Promise((closed) => server.close(closed));
  });

  const call = async (): Promise<Socket> => {
    const socket = connect(proxy.port, "127.0.0.1");
    await once(socket, "connect");
    return socket;
  };
  /** Everything that comes back for `text` until the connection ends. */
  const echo = async (text: string): Promise<string> => {
    const socket = await call();
    socket.end(text);
    return (await buffer(socket)).toString();
  };
  const errorOf = async (work: Promise<unknown>) =>
    work.then(
      () => "no error",
      (error: NodeJS.ErrnoException) => error.code,
    );

  it("changes nothing without a fault, also when many talk at once", async () => {
    const texts = Array.from({ length: 20 }, (_, at) => `${at} `.repeat(20_000));
    expect(await Promise.all(texts.map(echo))).toEqual(texts);
  });

  it("delays", async () => {
    await proxy.set({ kind: "delay", milliseconds: 60 });
    const begun = performance.now();
    expect(await echo("hello")).toBe("hello");
    expect(performance.now() - begun).toBeGreaterThan(110); // there and back
  });

  it("throttles", async () => {
    await proxy.set({ kind: "throttle", bytesPerSecond: 10_000 });
    const begun = performance.now();
    expect(await echo("x".repeat(1000))).toHaveLength(1000);
    expect(performance.now() - begun).toBeGreaterThan(190); // a tenth of a second there, and back
  });

  it("cuts what is answered in the middle", async () => {
    await proxy.set({ kind: "cut", direction: "toClient", afterBytes: 3 });
    const socket = await call();
    socket.write("hello");
    expect((await buffer(socket)).toString()).toBe("hel");
    await proxy.set({ kind: "none" });
    expect(await echo("hello")).toBe("hello");
  });

  it("cuts what is asked in the middle", async () => {
    await proxy.set({ kind: "cut", direction: "toServer", afterBytes: 3 });
    const connection = once(server, "connection") as Promise<[Socket]>;
    const socket = await call();
    const [accepted] = await connection;
    const received = buffer(accepted);
    socket.write("hello");
    await once(socket.resume(), "close");
    expect((await received).toString()).toBe("hel");
  });

  it("resets open connections and new ones", async () => {
    const open = await call();
    const ended = once(open, "data");
    await proxy.set({ kind: "reset" });
    expect(await errorOf(ended)).toBe("ECONNRESET");
    expect(await errorOf(echo("hello"))).toBe("ECONNRESET");
  });

  it("refuses, and listens again on the same port", async () => {
    const { port } = proxy;
    const open = await call();
    const ended = once(open, "data");
    await proxy.set({ kind: "refuse" });
    expect(await errorOf(ended)).toBe("ECONNRESET");
    expect(await errorOf(call())).toBe("ECONNREFUSED");
    await proxy.set({ kind: "none" });
    expect(proxy.port).toBe(port);
    expect(await echo("hello")).toBe("hello");
  });

  it("holds everything back in a black hole and lets it through afterwards", async () => {
    await proxy.set({ kind: "blackHole" });
    const answer = echo("hello");
    const silence = new Promise((resolve) => setTimeout(() => resolve("silence"), 100));
    expect(await Promise.race([answer, silence])).toBe("silence");
    await proxy.set({ kind: "none" });
    expect(await answer).toBe("hello");
  });

  it("resets a caller whose server isn't there", async () => {
    const gone = createServer();
    await once(gone.listen(0, "127.0.0.1"), "listening");
    const { port } = gone.address() as AddressInfo;
    await new Promise((closed) => gone.close(closed));
    const toNobody = await FaultProxy.open({ host: "127.0.0.1", port });
    const socket = connect(toNobody.port, "127.0.0.1");
    expect(await errorOf(once(socket, "data"))).toBe("ECONNRESET");
    await toNobody.close();
  });
});
