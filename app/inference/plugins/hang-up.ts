// Callers who hang up: nobody reads the answer any more.
import type { FastifyReply } from "fastify";

/** Aborted when the connection ends before the answer is sent. */
export function hangUpOf({ raw }: FastifyReply): AbortSignal {
  const hangUp = new AbortController();
  const onClose = () => {
    if (!raw.writableFinished) hangUp.abort();
  };
  if (raw.closed) onClose();
  else raw.once("close", onClose);
  return hangUp.signal;
}
