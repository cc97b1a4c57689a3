// The first page, and the upload of a photo.
import multipart from "@fastify/multipart";
import { wantsJson } from "@feedback-loop/web";
import type { FastifyInstance } from "fastify";
import type { Inference } from "../inference-client";
import type { RateLimitHooks } from "../limits/rate-limits";
import { links } from "../links";
import type { Metrics } from "../metrics";
import { asJson } from "../pages/prediction";
import { renderPage } from "../pages/render";
import { readSample, sampleNamed, samples } from "../pages/samples";
import { uploadPage } from "../pages/upload";
import { type Acceptance, acceptPhoto } from "../photos/accept-photo";
import { type PhotoForm, readPhotoForm } from "../photos/read-photo-form";
import { type Take, UploadMemory } from "../photos/upload-memory";
import { WrongForm } from "../problems";
import type { Sessions } from "../sessions/sessions";
import { signalOfHangUp } from "./hang-up";

export interface UploadParts extends Acceptance {
  inference: Inference;
  metrics: Pick<Metrics, "uploads">;
}

export interface UploadLimits {
  photoMiB: number;
  /** Memory for all photos that are being uploaded. */
  uploadMemoryMiB: number;
}

export interface UploadGuards {
  sessions: Sessions;
  rateLimits: RateLimitHooks;
}

export async function addUploadRoutes(
  app: FastifyInstance,
  parts: UploadParts,
  { limits, sessions, rateLimits }: UploadGuards & { limits: UploadLimits },
): Promise<void> {
  const memory = new UploadMemory(limits.uploadMemoryMiB * 2 ** 20);
  app.removeAllContentTypeParsers(); // a photo comes as a multipart form and in no other way
  await app.register(multipart);

  app.get("/", { onRequest: rateLimits.page }, async (request, reply) => {
    const model = await parts.inference.model();
    const hasSession = sessions.idOf(request) !== undefined;
    const page = uploadPage({ model, limitMiB: limits.photoMiB, samples, hasSession });
    // Not "no-store": browsers then forget the chosen photo when a person comes back to send it again.
    reply.header("cache-control", "private, no-cache").header("vary", "cookie");
    return reply.type("text/html; charset=utf-8").send(renderPage("upload", page));
  });

  app.post("/", {
    onRequest: [
      (_request, reply, done) => {
        reply.raw.once("close", () => {
          const isAnswered = reply.raw.writableFinished;
          const outcome = isAnswered ? reply.problemCode || "accepted" : "client-gone";
          parts.metrics.uploads.inc({ outcome });
        });
        done();
      },
      rateLimits.upload,
    ],
    handler: async (request, reply) => {
      const gone = signalOfHangUp(reply);
      const sessionId = sessions.idOf(request) ?? sessions.newId();
      const facts = await memory.during(async (take) => {
        const form = await readPhotoForm(request, limits.photoMiB, take);
        const source = "sample" in form ? "sample" : "upload";
        return acceptPhoto(parts, await photoOf(form, take), { sessionId, source, gone });
      });
      sessions.remember(reply, sessionId);
      const location = links.prediction(facts.id);
      if (!wantsJson(request)) return reply.redirect(location, 303);
      reply.code(201).header("location", location);
      return reply.send(asJson({ facts, saved: false }));
    },
  });
}

/** The bytes that were sent, or those of the sample that was named. */
async function photoOf(form: PhotoForm, take: Take): Promise<Buffer> {
  if ("photo" in form) return form.photo;
  const sample = sampleNamed(form.sample);
  if (sample === undefined) {
    const names = samples.map(({ name }) => name).join(", ");
    throw new WrongForm(`There is no sample "${form.sample}"; there are ${names}.`);
  }
  const photo = await readSample(sample);
  take(photo.length);
  return photo;
}
