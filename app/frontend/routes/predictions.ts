// The page of one prediction, its photo, and its photo made small.
import { wantsJson } from "@feedback-loop/web";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Inference } from "../inference-client";
import type { RateLimitHooks } from "../limits/rate-limits";
import { asJson, predictionPage } from "../pages/prediction";
import { renderPage } from "../pages/render";
import { photoTypeOfKey } from "../photos/object-key";
import { PHOTO_TYPES } from "../photos/photo-type";
import {
  loadLatestFeedback,
  loadPhoto,
  loadPrediction,
  type PredictionSources,
} from "../photos/prediction-record";
import { makeThumbnail, ThumbnailQueue } from "../photos/thumbnail";
import type { Sessions } from "../sessions/sessions";
import { signalOfHangUp } from "./hang-up";

export interface PredictionParts extends PredictionSources {
  inference: Pick<Inference, "model">;
  photoBucket: string;
}

type WithId = { Params: { id: string } };

export function addPredictionRoutes(
  app: FastifyInstance,
  parts: PredictionParts,
  { sessions, rateLimits }: { sessions: Sessions; rateLimits: RateLimitHooks },
): void {
  const onRequest = rateLimits.page;

  app.get<WithId>("/predictions/:id", { onRequest }, async (request, reply) => {
    const record = await loadPrediction(parts, request.params.id);
    const sessionId = sessions.idOf(request);
    const isUploader = sessionId !== undefined && sessionId === record.facts.sessionId;
    const feedback = isUploader
      ? { csrfToken: sessions.tokenOf(sessionId), latest: await loadLatestFeedback(parts, record) }
      : undefined;
    // "Not saved yet" must not outlive its truth, and a token isn't for others.
    reply.header("cache-control", "no-store");
    if (wantsJson(request)) return asJson({ ...record, feedback: feedback?.latest });
    const model = await parts.inference.model();
    const page = predictionPage(record, { model, photoBucket: parts.photoBucket, feedback });
    return reply.type("text/html; charset=utf-8").send(renderPage("prediction", page));
  });

  app.get<WithId>("/predictions/:id/photo", { onRequest }, async (request, reply) => {
    const { id } = request.params;
    const { photo, objectKey } = await loadPhoto(parts, id);
    const type = photoTypeOfKey(objectKey);
    return sendPicture(reply, photo, type && { ...PHOTO_TYPES[type], name: id });
  });

  const thumbnails = new ThumbnailQueue();
  app.get<WithId>("/predictions/:id/thumbnail", { onRequest }, async (request, reply) => {
    const { id } = request.params;
    // Read in its turn as well: photos that wait for a decoder would fill the memory.
    const make = async () => makeThumbnail((await loadPhoto(parts, id)).photo);
    const thumbnail = await thumbnails.run(make, signalOfHangUp(reply));
    return sendPicture(reply, thumbnail, { ...PHOTO_TYPES.jpeg, name: `${id}-small` });
  });
}

/** Bytes of strangers: never more than a picture, whatever they say they are. */
function sendPicture(
  reply: FastifyReply,
  bytes: Buffer,
  picture: { mediaType: string; extension: string; name: string } | undefined,
) {
  // `name` is made of a checked id: nothing in it needs quoting.
  const disposition =
    picture === undefined
      ? "attachment"
      : `inline; filename="${picture.name}.${picture.extension}"`;
  return reply
    .header("content-security-policy", "default-src 'none'; sandbox")
    .header("content-disposition", disposition)
    .header("cache-control", "private, max-age=86400, immutable")
    .type(picture?.mediaType ?? "application/octet-stream")
    .send(bytes);
}
