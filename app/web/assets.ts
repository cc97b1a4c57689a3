// Style sheets, scripts, icon and pictures: a few small files, read once. What isn't among them doesn't
// exist, so no path that a client makes up reaches the file system.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { FastifyInstance } from "fastify";

const MEDIA_TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webp": "image/webp",
};

/** A bundle has this folder beside itself, as this module has in the source. */
const shared = join(__dirname, "shared-assets");

/** Serves the shared files and those of the application's own folder, all under /static/. */
export function addAssetRoutes(app: FastifyInstance, ownFolder: string): void {
  for (const folder of [shared, ownFolder]) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((entry) => entry.isFile())) {
      const path = join(entry.parentPath, entry.name);
      addAsset(app, path, `/static/${path.slice(folder.length + 1)}`);
    }
  }
}

function addAsset(app: FastifyInstance, path: string, url: string): void {
  const mediaType = MEDIA_TYPES[extname(path)];
  if (mediaType === undefined) throw new Error(`${path}: add its media type to MEDIA_TYPES`);
  const content = readFileSync(path);
  const etag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 16)}"`;
  app.get(url, { logLevel: "warn" }, (request, reply) => {
    // Asked about each time, sent only if it has changed: a new version shows at once.
    reply.header("cache-control", "no-cache").header("etag", etag);
    if (request.headers["if-none-match"] === etag) return reply.code(304).send();
    return reply.type(mediaType).send(content);
  });
}
