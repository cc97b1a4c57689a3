// The page of one prediction, and its photo.
import type { FastifyInstance } from "fastify";
import { wantsJson } from "../error-handler";
import type { Inference } from "../inference-client";
import { asJson, predictionPage } from "../pages/prediction";
import { renderPage } from "../pages/render";
import { photoTypeOfKey } from "../photos/object-key";
import { PHOTO_TYPES } from "../photos/photo-type";
import { loadPhoto, loadPrediction, type PredictionSources } from "../photos/prediction-record";

export interface PredictionParts extends PredictionSources {
  inference: Pick<Inference, "model">;
  photoBucket: string;
}

type WithId = { Params: { id: string } };

export function addPredictionRoutes(app: FastifyInstance, parts: PredictionParts): void {
  app.get<WithId>("/predictions/:id", async (request, reply) => {
    const record = await loadPrediction(parts, request.params.id);
    reply.header("cache-control", "no-store"); // "not saved yet" must not outlive its truth
    if (wantsJson(request)) return asJson(record);
    const model = await parts.inference.model();
    const page = predictionPage(record, { model, photoBucket: parts.photoBucket });
    return reply.type("text/html; charset=utf-8").send(renderPage("prediction", page));
  });

  app.get<WithId>("/predictions/:id/photo", async (request, reply) => {
    const { photo, objectKey } = await loadPhoto(parts, request.params.id);
    const type = photoTypeOfKey(objectKey);
    // Bytes of strangers: never more than a picture, whatever they say they are.
    return reply
      .header("content-security-policy", "default-src 'none'; sandbox")
      .header("content-disposition", type === undefined ? "attachment" : "inline")
      .header("cache-control", "private, max-age=86400, immutable")
      .type(type === undefined ? "application/octet-stream" : PHOTO_TYPES[type].mediaType)
      .send(photo);
  });
}
