// The first page, and the upload of a photo.
import type { FastifyInstance } from "fastify";
import type { Inference } from "../inference-client";
import type { Metrics } from "../metrics";
import { renderPage } from "../pages/render";
import { uploadPage } from "../pages/upload";
import { type Acceptance, acceptPhoto } from "../photos/accept-photo";
import { readPhotoForm } from "../photos/read-photo-form";
import { UploadMemory } from "../photos/upload-memory";
import { wantsJson } from "../error-handler";
import { links } from "../links";
import { asJson } from "../pages/prediction";

export interface UploadParts extends Acceptance {
  inference: Inference;
  metrics: Pick<Metrics, "uploads">;
}

export interface UploadLimits {
  photoMiB: number;
  /** Memory for all photos that are being uploaded. */
  uploadMemoryMiB: number;
}

export function addUploadRoutes(
  app: FastifyInstance,
  parts: UploadParts,
  limits: UploadLimits,
): void {
  const memory = new UploadMemory(limits.uploadMemoryMiB * 2 ** 20);

  app.get("/", async (_request, reply) => {
    const page = uploadPage({ model: await parts.inference.model(), limitMiB: limits.photoMiB });
    return reply.type("text/html; charset=utf-8").send(renderPage("upload", page));
  });

  app.post("/", {
    onResponse: (_request, reply, done) => {
      parts.metrics.uploads.inc({ outcome: reply.problemCode || "accepted" });
      done();
    },
    handler: async (request, reply) => {
      const facts = await memory.during(async (take) =>
        acceptPhoto(parts, await readPhotoForm(request, limits.photoMiB, take)),
      );
      const location = links.prediction(facts.id);
      if (!wantsJson(request)) return reply.redirect(location, 303);
      reply.code(201).header("location", location);
      return reply.send(asJson({ facts, saved: false }));
    },
  });
}
