// A client that hangs up: what is done for it alone needn't be finished. Not `request.signal`, which
// is aborted by the end of the request's body too (Node: IncomingMessage "close").
import type { FastifyReply } from "fastify";

/** Aborted if the connection closes before the answer is out. */
export function signalOfHangUp({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
