// Which bodies are taken: JSON, and pictures as they are.
import type { FastifyInstance } from "fastify";

/** The declared type only admits a body; which format the bytes have, the decoder sees for itself. */
export const PHOTO_TYPES = ["image/jpeg", "image/png", "image/webp"];

export function acceptPhotoBodies(app: FastifyInstance): void {
  app.removeContentTypeParser("text/plain"); // taken by default
  app.addContentTypeParser(PHOTO_TYPES, { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
}
