// Style sheet, scripts and icon: a few small files, read once. What isn't among them doesn't exist, so
// no path that a client makes up reaches the file system.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { FastifyInstance } from "fastify";

const MEDIA_TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

export function addAssetRoutes(app: FastifyInstance, folder: string): void {
  for (const name of readdirSync(folder)) {
    const mediaType = MEDIA_TYPES[extname(name)];
    if (mediaType === undefined) {
      throw new Error(`${join(folder, name)}: add its media type to MEDIA_TYPES`);
    }
    const content = readFileSync(join(folder, name));
    const etag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 16)}"`;
    app.get(`/static/${name}`, { logLevel: "warn" }, (request, reply) => {
      // Asked about each time, sent only if it has changed: a new version shows at once.
      reply.header("cache-control", "no-cache").header("etag", etag);
      if (request.headers["if-none-match"] === etag) return reply.code(304).send();
      return reply.type(mediaType).send(content);
    });
  }
}
