// Changes are taken from this site's own pages only (OWASP, "Cross-Site Request Forgery Prevention",
// fetch metadata and verifying origin). Programs send neither header, and aren't lured by other sites.
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import { CrossSiteRequest } from "../problems";

const READING = ["GET", "HEAD", "OPTIONS"];
/** `none`: the person's own doing, such as a reload. `same-site` are others under the same domain. */
const OWN_SITES = ["same-origin", "none"];

export function refuseCrossSiteRequests(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const changes = !READING.includes(request.method);
    done(
      changes && isCrossSite(request.headers, request.host) ? new CrossSiteRequest() : undefined,
    );
  });
}

/** `host`: as the client knows this service, with the port if it isn't the scheme's own. */
export function isCrossSite(headers: IncomingHttpHeaders, host: string): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && !OWN_SITES.includes(String(site))) return true;
  return headers.origin !== undefined && !isOriginOf(headers.origin, host);
}

/** The scheme is left aside: behind a gateway, this service doesn't see that the page came by https. */
function isOriginOf(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false; // "null", too: pages in a sandbox
  const { protocol, host: given } = new URL(origin);
  return URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === given;
}
