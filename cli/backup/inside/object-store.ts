// The object store as the stack's administrator sees it: all buckets, all objects, whole.
import { Agent, type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Login, encoded, hexHash, queryString, signedHeaders } from "./signature";

/** What belongs to an object beside its bytes, as it is sent in headers. */
const keptHeader =
  /^(content-type|content-encoding|content-disposition|content-language|cache-control|expires|x-amz-meta-.+)$/;

export interface StoredObject {
  bytes: number;
  headers: Record<string, string>;
}

export interface NewObject extends StoredObject {
  sha256: string;
}

export class ObjectStore {
  private readonly endpoint: URL;
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    endpoint: string,
    private readonly login: Login,
  ) {
    this.endpoint = new URL(endpoint);
  }

  async buckets(): Promise<string[]> {
    const listed = await text(await this.send("GET", "/"));
    return all(listed, "Name").sort();
  }

  /** All keys that start so, sorted by their bytes. */
  async *objects(bucket: string, prefix = ""): AsyncGenerator<{ key: string; bytes: number }> {
    let token = "";
    do {
      const page = await text(
        await this.send("GET", pathOf(bucket), {
          query: {
            "list-type": "2",
            // XML can't hold every character that a key may have.
            "encoding-type": "url",
            prefix,
            ...(token && { "continuation-token": token }),
          },
        }),
      );
      const sizes = all(page, "Size");
      for (const [at, key] of all(page, "Key").entries())
        yield { key: decodeURIComponent(key.replaceAll("+", "%20")), bytes: Number(sizes[at]) };
      token = all(page, "NextContinuationToken")[0] ?? "";
    } while (token !== "");
  }

  /** An object with its bytes; undefined when it is gone. */
  async get(bucket: string, key: string): Promise<(StoredObject & { body: Readable }) | undefined> {
    const answer = await this.send("GET", pathOf(bucket, key), { missing: true });
    if (answer.statusCode === 404) {
      answer.resume();
      return undefined;
    }
    const headers = Object.entries(answer.headers).filter(([name]) => keptHeader.test(name));
    return {
      bytes: Number(answer.headers["content-length"]),
      headers: Object.fromEntries(headers) as Record<string, string>,
      body: answer,
    };
  }

  /** The store itself compares what arrives with the hash. */
  put(bucket: string, key: string, object: NewObject, body: AsyncIterable<Buffer>) {
    return this.done("PUT", pathOf(bucket, key), { ...object, body });
  }

  remove = (bucket: string, key: string) => this.done("DELETE", pathOf(bucket, key));

  close(): void {
    this.agent.destroy();
  }

  private async done(method: string, path: string, sent: Sent = {}): Promise<void> {
    (await this.send(method, path, sent)).resume();
  }

  private async send(method: string, path: string, sent: Sent = {}): Promise<IncomingMessage> {
    const answer = await this.request(method, path, sent);
    const { statusCode = 0 } = answer;
    if (statusCode < 300 || (sent.missing && statusCode === 404)) return answer;
    const said = await text(answer);
    const reason = all(said, "Message")[0] ?? said.slice(0, 200);
    throw new Error(`the object store refuses ${method} ${path} with ${statusCode}: ${reason}`);
  }

  private request(method: string, path: string, sent: Sent): Promise<IncomingMessage> {
    const { query = {}, headers = {}, sha256 = emptyHash, bytes = 0, body } = sent;
    const { host, hostname, port } = this.endpoint;
    const signable = { method, host, path, query, headers, sha256 };
    const signed = signedHeaders(signable, this.login, new Date());
    return new Promise((resolve, reject) => {
      const outgoing = request({
        agent: this.agent,
        hostname,
        port,
        method,
        path: `${path}?${queryString(query)}`,
        headers: { ...signed, ...(body && { "content-length": bytes }) },
      });
      outgoing.on("response", resolve).on("error", reject);
      if (body) pipeline(Readable.from(body, { objectMode: false }), outgoing).catch(reject);
      else outgoing.end();
    });
  }
}

interface Sent {
  query?: Record<string, string>;
  headers?: Record<string, string>;
  sha256?: string;
  bytes?: number;
  body?: AsyncIterable<Buffer>;
  /** Whether "not found" is an answer. */
  missing?: boolean;
}

const emptyHash = hexHash("");

const pathOf = (bucket: string, key?: string) =>
  `/${encoded(bucket)}${key === undefined ? "" : `/${key.split("/").map(encoded).join("/")}`}`;

async function text(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Contents of all elements of a name in the store's XML, which has neither attributes nor sections there. */
function all(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"));
  return [...found].map(([, content]) => unescaped(content!));
}

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#34;": '"',
  "&apos;": "'",
  "&#39;": "'",
  "&amp;": "&",
};
const unescaped = (content: string) =>
  content.replace(/&(?:lt|gt|quot|apos|amp|#34|#39);/g, (entity) => entities[entity]!);
