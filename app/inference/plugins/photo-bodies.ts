// Which bodies are taken: pictures as they are, pictures in a form, and JSON (json-bodies.ts).
import type { FastifyInstance, FastifyRequest } from "fastify";
import { WrongContentEncoding } from "../errors";
import { photoOfForm } from "./photo-form";

/** The declared type only admits a body; which format the bytes have, the decoder sees for itself. */
export const PHOTO_TYPES = ["image/jpeg", "image/png", "image/webp"] as const;
export const FORM_TYPE = "multipart/form-data";

/** Either way the route's body is a Buffer. */
export function acceptPhotoBodies(app: FastifyInstance): void {
  app.removeContentTypeParser("text/plain"); // taken by default
  app.addContentTypeParser<Buffer>([...PHOTO_TYPES], { parseAs: "buffer" }, (_, body, done) =>
    done(null, body),
  );
  // Read as a whole before it is taken apart, so that the limit of bodies and the count of their
  // memory hold for it as for the others.
  app.addContentTypeParser(
    FORM_TYPE,
    { parseAs: "buffer" },
    (request: FastifyRequest, body: Buffer) =>
      photoOfForm(body, request.headers["content-type"] ?? ""),
  );
  app.addHook("onRequest", ({ headers }, _reply, done) => {
    const encoding = headers["content-encoding"] ?? "identity";
    done(encoding === "identity" ? undefined : new WrongContentEncoding(encoding));
  });
}
