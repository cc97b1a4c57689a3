// An object store as far as the inference API uses it: GET of an object over real HTTP.
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sha256Of } from "../model-file";
import { type ModelStore, objectModelStore } from "../model-store";

const BUCKET = "models";

export class HttpStore {
  readonly objects = new Map<string, string | Buffer>();
  /** Takes the place of the ordinary answer. */
  answer: RequestListener | undefined;
  /** Keys in the order in which they were asked for. */
  readonly asked: string[] = [];
  private server: Server | undefined;
  private port = 0;
  private published = 0;

  /** Comes up, the second time at the same address. */
  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      const key = decodeURIComponent(request.url ?? "").replace(`/${BUCKET}/`, "");
      this.asked.push(key);
      if (this.answer !== undefined) this.answer(request, response);
      else answerWith(response, this.objects.get(key));
    });
    const server = this.server;
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  /** Goes down, with what is under way. */
  async stop(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** Connections that are open now. */
  connections(): Promise<number> {
    const server = this.server;
    return new Promise((resolve, reject) => {
      if (server === undefined) resolve(0);
      else server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  /** Names a model `production`; its file only if `file` is given. Resolves with its hash. */
  publish(model: Buffer, { version = "any", file = true } = {}): string {
    const sha256 = sha256Of(model);
    if (file) this.objects.set(`${sha256}.onnx`, model);
    this.published += 1;
    const publishedAt = new Date(this.published * 1000).toISOString();
    this.objects.set("aliases/production", JSON.stringify({ sha256, version, publishedAt }));
    return sha256;
  }

  /** The service's own client of it. */
  client(timeoutSeconds = 5): ModelStore {
    return objectModelStore({
      endpoint: `http://127.0.0.1:${this.port}`,
      user: "inference",
      password: "hush",
      bucket: BUCKET,
      timeoutSeconds,
    });
  }
}

function answerWith(response: ServerResponse, object: string | Buffer | undefined): void {
  if (object !== undefined) return void response.end(object);
  response.writeHead(404, { "content-type": "application/xml" });
  response.end("<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>");
}
