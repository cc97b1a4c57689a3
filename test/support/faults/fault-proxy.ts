// A bad network of our own making: a TCP proxy on loopback in front of a real service, with faults that change at run
// time. A stream that goes on never misses a byte, since no network that speaks TCP makes it miss one.
import { EventEmitter, once } from "node:events";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type Direction = "toServer" | "toClient";

export type Fault =
  | { kind: "none" }
  /** Each piece of a stream comes this much later. */
  | { kind: "delay"; milliseconds: number }
  | { kind: "throttle"; bytesPerSecond: number }
  /** Open connections are reset (RST), and new ones as soon as they are there. */
  | { kind: "reset" }
  /** A connection ends (FIN) after so many more bytes in one direction, in the middle of whatever is said. */
  | { kind: "cut"; direction: Direction; afterBytes: number }
  /** Nothing comes through, and nobody is told, until the fault changes. */
  | { kind: "blackHole" }
  /** Nobody listens: new connections are refused, open ones are reset, as when a process has died. */
  | { kind: "refuse" };

/** What becomes of a piece of a stream: how long it waits, how much of it passes, and whether that is the end. */
export interface Passage {
  waitMs: number;
  bytes: number;
  ends: boolean;
}

/** @param passed bytes that went the same way since the fault began */
export function passage(
  fault: Fault,
  piece: { direction: Direction; bytes: number; passed: number },
): Passage {
  const whole = { waitMs: 0, bytes: piece.bytes, ends: false };
  if (fault.kind === "delay") return { ...whole, waitMs: fault.milliseconds };
  if (fault.kind === "throttle")
    return { ...whole, waitMs: (piece.bytes / fault.bytesPerSecond) * 1000 };
  if (fault.kind !== "cut" || fault.direction !== piece.direction) return whole;
  const left = Math.max(0, fault.afterBytes - piece.passed);
  return piece.bytes > left ? { waitMs: 0, bytes: left, ends: true } : whole;
}

interface Link {
  client: Socket;
  server: Socket;
  passed: Record<Direction, number>;
}

export interface Address {
  host: string;
  port: number;
}

export class FaultProxy {
  private fault: Fault = { kind: "none" };
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly links = new Set<Link>();
  private listener: Server | undefined;
  private listenPort = 0;

  private constructor(private readonly target: Address) {}

  /** A proxy on a free port of loopback. */
  static async open(target: Address): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await proxy.listen();
    return proxy;
  }

  get port(): number {
    return this.listenPort;
  }

  /** Resolves when it holds for open connections and new ones. */
  async set(fault: Fault): Promise<void> {
    this.fault = fault;
    for (const link of this.links) link.passed = { toServer: 0, toClient: 0 };
    this.changes.emit("fault");
    if (fault.kind === "refuse") await this.stopListening();
    else if (!this.listener) await this.listen();
    if (fault.kind === "reset") this.links.forEach(reset);
  }

  async close(): Promise<void> {
    await this.set({ kind: "refuse" });
  }

  /** On the port that it had before; something else may hold that for a moment. */
  private async listen(): Promise<void> {
    // Half-open: each direction of a connection ends by itself, as it does without a proxy.
    const listener = createServer({ allowHalfOpen: true }, (client) => this.link(client));
    for (;;) {
      try {
        await once(listener.listen(this.listenPort, "127.0.0.1"), "listening");
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
        await sleep(50);
      }
    }
    this.listenPort = (listener.address() as AddressInfo).port;
    this.listener = listener;
  }

  private async stopListening(): Promise<void> {
    const closed = this.listener && once(this.listener, "close");
    this.listener?.close();
    this.listener = undefined;
    this.links.forEach(reset); // a listener closes after its last connection
    await closed;
  }

  private link(client: Socket): void {
    const server = connect({ ...this.target, allowHalfOpen: true });
    const link: Link = { client, server, passed: { toServer: 0, toClient: 0 } };
    this.links.add(link);
    for (const socket of [client, server]) {
      socket.setNoDelay().on("close", () => this.links.delete(link));
      socket.on("error", () => reset(link)); // one side is gone, and the other learns it the same way
    }
    if (this.fault.kind === "reset") return reset(link);
    void this.forward(link, "toServer");
    void this.forward(link, "toClient");
  }

  private async forward(link: Link, direction: Direction): Promise<void> {
    const [from, to] = sides(link, direction);
    try {
      // A socket that has nothing more to say may still listen.
      for await (const piece of from.iterator({ destroyOnReturn: false }))
        if (!(await this.pass(piece as Buffer, link, direction))) return;
      to.end();
    } catch {
      reset(link);
    }
  }

  /** Says whether the connection goes on. */
  private async pass(piece: Buffer, link: Link, direction: Direction): Promise<boolean> {
    while (this.fault.kind === "blackHole") await once(this.changes, "fault");
    const passed = link.passed[direction];
    const { waitMs, bytes, ends } = passage(this.fault, {
      direction,
      bytes: piece.length,
      passed,
    });
    if (waitMs > 0) await Promise.race([sleep(waitMs), once(this.changes, "fault")]);
    link.passed[direction] += bytes;
    await write(sides(link, direction)[1], piece.subarray(0, bytes));
    if (ends) for (const socket of [link.client, link.server]) socket.destroy();
    return !ends;
  }
}

const sides = ({ client, server }: Link, direction: Direction): [from: Socket, to: Socket] =>
  direction === "toServer" ? [client, server] : [server, client];

function reset({ client, server }: Link): void {
  for (const socket of [client, server]) socket.resetAndDestroy();
}

const write = (to: Socket, bytes: Buffer) =>
  new Promise<void>((resolve, reject) =>
    to.write(bytes, (error) => (error ? reject(error) : resolve())),
  );
