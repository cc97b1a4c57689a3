// A request that is answered before its body was read, such as one that is refused: the rest of the body is
// read and thrown away, then comes the answer. A client, or a proxy in front of us, that is still sending when
// the connection closes sees a broken connection and not the answer.
import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";

/** What is longer isn't waited for. It costs no memory, and a film that was chosen by mistake must fit. */
const MOST_MIB = 256;

export interface ReadToTheEndOptions {
  mostMiB?: number;
  /** Statuses that are answered at once all the same. */
  but?: readonly number[];
}

export function readRequestsToTheEnd(
  app: FastifyInstance,
  { mostMiB = MOST_MIB, but = [] }: ReadToTheEndOptions = {},
): void {
  app.addHook("onSend", async ({ raw }, reply) => {
    if (raw.complete || raw.destroyed || !hasBody(raw) || but.includes(reply.statusCode)) return;
    const isRead = await discardRest(raw, mostMiB * 2 ** 20);
    if (!isRead) reply.header("connection", "close");
  });
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** False if there is more than that; the server's own limit of time for a request holds meanwhile. */
function discardRest(raw: IncomingMessage, mostBytes: number): Promise<boolean> {
  if (Number(raw.headers["content-length"] ?? 0) > mostBytes) return Promise.resolve(false);
  return new Promise((resolve) => {
    let left = mostBytes;
    raw.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      if (left >= 0) return;
      raw.pause();
      resolve(false);
    });
    raw.once("end", () => resolve(true));
    raw.once("close", () => resolve(true)); // the client is gone
    raw.unpipe();
    raw.resume();
  });
}
