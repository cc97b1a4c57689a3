// Headers that every answer carries (OWASP Secure Headers Project). The pages need no inline script or
// style, so the policy allows none.
import type { FastifyInstance } from "fastify";

const POLICY = [
  "default-src 'none'",
  "img-src 'self' blob:", // blob: the preview of a chosen photo
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const SECURITY_HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

/** Also the request's id, by which the log can be searched for what a person saw fail. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS).header("x-request-id", request.id);
  });
}
