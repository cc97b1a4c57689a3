// One question about a service's health. Node's plain client and not `fetch`: that one's parser and pools cost
// megabytes that this small service doesn't have to spare.
import { get } from "node:http";
import type { Finding } from "./health";

export type Probe = (url: string, gone: AbortSignal) => Promise<Finding>;

/** Never rejects; ends early when `gone` is aborted. */
export const createProbe =
  (timeoutSeconds: number): Probe =>
  (url, gone) =>
    new Promise((resolve) => {
      const late = AbortSignal.timeout(timeoutSeconds * 1000);
      const signal = AbortSignal.any([late, gone]);
      // A connection of its own each time: what is asked is whether one can be made.
      const request = get(url, { agent: false, signal }, (response) => {
        const { statusCode = 0 } = response;
        response.once("end", () => resolve(findingOf(statusCode)));
        response.once("error", failed);
        response.resume();
      });
      const failed = (error: NodeJS.ErrnoException) =>
        resolve(
          late.aborted
            ? { outcome: "ill", reason: `no answer within ${timeoutSeconds} s` }
            : {
                outcome: "unreachable",
                reason: `out of the portal's reach (${error.code ?? error.message})`,
              },
        );
      request.once("error", failed);
    });

function findingOf(status: number): Finding {
  if (status >= 200 && status < 300) return { outcome: "well" };
  // What stands between may answer in its stead, so a 503 is as much as silence.
  const reason = status < 500 ? "answers otherwise than expected" : "doesn't answer or isn't ready";
  return { outcome: "ill", reason: `${reason} (status ${status})` };
}
