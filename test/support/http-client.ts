// HTTP, and as much of WebSockets as an echo takes, by Node.js's own client, for tests that look closer than `fetch` does: who is trusted, which connection is used.
import { randomBytes } from "node:crypto";
import { type Agent, type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";

export interface Question {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Certificate of an authority to trust, beside no other. */
  ca?: string;
  agent?: Agent;
  timeoutSeconds?: number;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Whether an earlier request had used the connection. */
  reused: boolean;
}

/** The path goes as it is given: nothing in it is made regular. */
export function ask(origin: string, path: string, question: Question = {}): Promise<Answer> {
  const { method = "GET", headers, body, ca, agent, timeoutSeconds = 60 } = question;
  const { protocol, hostname, port } = new URL(origin);
  const request = protocol === "https:" ? httpsRequest : httpRequest;
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: hostname, port, path, method, headers, ca, agent, signal },
      (response) => {
        const { statusCode: status = 0, headers: given } = response;
        text(response).then(
          (read) => resolve({ status, headers: given, body: read, reused: sent.reusedSocket }),
          reject,
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

export async function askForJson<T>(origin: string, path: string, question?: Question): Promise<T> {
  const { status, body } = await ask(origin, path, question);
  if (status !== 200) throw new Error(`${origin}${path}: ${status} ${body}`);
  return JSON.parse(body) as T;
}

/** Short texts only, each way in one frame (RFC 6455, section 5.2). */
export class WebSocketClient {
  private constructor(private readonly socket: Duplex) {}

  static open(origin: string, path: string): Promise<WebSocketClient> {
    const { hostname, port } = new URL(origin);
    const headers = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": randomBytes(16).toString("base64"),
    };
    const request = httpRequest({ host: hostname, port, path, headers });
    return new Promise((resolve, reject) => {
      request.on("upgrade", (_response, socket) => resolve(new WebSocketClient(socket)));
      request.on("response", ({ statusCode }) => reject(new Error(`no upgrade: ${statusCode}`)));
      request.on("error", reject);
      request.end();
    });
  }

  /** Sends a text and resolves with the one that comes back. */
  echo(words: string): Promise<string> {
    const mask = randomBytes(4);
    const masked = Buffer.from(words).map((byte, at) => byte ^ mask[at % 4]!);
    this.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | masked.length]), mask, masked]));
    return new Promise((resolve, reject) => {
      this.socket.once("data", (frame: Buffer) => resolve(frame.subarray(2).toString()));
      this.socket.once("close", () => reject(new Error("the WebSocket was closed")));
    });
  }

  close(): void {
    this.socket.destroy();
  }
}
