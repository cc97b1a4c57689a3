// Stands for the gateway: answers for each service's health as the test says.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A status, or no answer at all. */
export type Behaviour = number | "hangs" | "breaks off";

export class HealthServer {
  readonly behaviours: Record<string, Behaviour> = {};
  /** Questions by service. */
  readonly asked: Record<string, number> = {};
  private readonly server = createServer((request, response) => this.answer(request, response));

  static async start(): Promise<HealthServer> {
    const server = new HealthServer();
    server.server.listen(0, "127.0.0.1");
    await once(server.server, "listening");
    return server;
  }

  url(service: string): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/health/${service}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private answer({ url = "" }: IncomingMessage, response: ServerResponse): void {
    const service = url.split("/").at(-1) ?? "";
    this.asked[service] = (this.asked[service] ?? 0) + 1;
    const behaviour = this.behaviours[service] ?? 200;
    if (behaviour === "hangs") return;
    if (behaviour === "breaks off") response.destroy();
    else response.writeHead(behaviour).end("{}");
  }
}
