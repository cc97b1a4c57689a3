// Bounds the memory of all bodies together, before they are read: the queue of the classifier counts
// photos, and sixty-four large ones would not fit into the container.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { QueueFull } from "../errors";

/**
 * A body is held in its pieces and as a whole (fastify 5.12); of JSON there is then its text, too, and
 * the base64 in it, and of a form the photo in it.
 */
const COPIES = { binary: 2, json: 4, form: 3 };

export function limitBodies(app: FastifyInstance, { totalBytes }: { totalBytes: number }): void {
  const held = new Map<FastifyRequest, number>();
  const handled = new WeakSet<FastifyRequest>();
  let heldBytes = 0;

  function release(request: FastifyRequest): void {
    heldBytes -= held.get(request) ?? 0;
    held.delete(request);
  }

  app.addHook("onRequest", (request, reply, done) => {
    const bytes = bytesOf(request, app.initialConfig.bodyLimit ?? 0);
    // One body alone always gets in: how large it may be is the body limit's business.
    if (bytes > 0 && heldBytes > 0 && heldBytes + bytes > totalBytes) {
      return done(new QueueFull({ bodiesMiB: Math.round(heldBytes / 2 ** 20) }));
    }
    held.set(request, bytes);
    heldBytes += bytes;
    // A caller who hangs up while sending gets no answer, so no other hook comes. One who hangs up
    // later leaves a photo in the queue, which is let go of when its answer is made.
    reply.raw.once("close", () => {
      if (!handled.has(request)) release(request);
    });
    done();
  });
  app.addHook("preHandler", (request, _reply, done) => {
    handled.add(request);
    done();
  });
  app.addHook("onSend", (request, _reply, _payload, done) => {
    release(request);
    done();
  });
}

/** What a request will take: without a declared length, as much as the body limit lets through. */
function bytesOf({ headers }: FastifyRequest, bodyLimit: number): number {
  const chunked = headers["transfer-encoding"] !== undefined;
  const length = chunked ? bodyLimit : Number(headers["content-length"] ?? 0);
  return Math.min(length, bodyLimit) * COPIES[formOf(headers["content-type"] ?? "")];
}

function formOf(contentType: string): keyof typeof COPIES {
  if (/^application\/json/i.test(contentType)) return "json";
  return /^multipart\//i.test(contentType) ? "form" : "binary";
}
