// How long a request may take to arrive, so that slow senders don't hold memory and connections.
import type { ServerOptions } from "node:http";

/** Node looks at all connections at this interval, and ends those that are late with a 408. */
const MAX_CHECK_MILLISECONDS = 5000;

/** `seconds`: for a whole request, and for its headers alone; an answer may take longer. */
export function timeLimits(seconds: number): { requestTimeout: number; http: ServerOptions } {
  const requestTimeout = Math.ceil(seconds * 1000);
  const connectionsCheckingInterval = Math.min(requestTimeout / 4, MAX_CHECK_MILLISECONDS);
  return {
    requestTimeout,
    http: { requestTimeout, headersTimeout: requestTimeout, connectionsCheckingInterval },
  };
}
