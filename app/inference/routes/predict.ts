// POST /predict: what food is on this photo?
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { PredictBody, Prediction, Problem } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import { base64Photo } from "../base64";
import { NoPhoto } from "../errors";

export const predict: FastifyPluginCallbackTypebox = (app, _options, done) => {
  const schema = {
    body: { content: { "application/json": { schema: PredictBody } } },
    response: { 200: Prediction, "4xx": Problem, "5xx": Problem },
  };
  app.post("/predict", { schema }, async ({ body }) => {
    const classification = await app.serving.current().classify(photoOf(body));
    app.metrics.observeClassification(classification);
    return classification.prediction;
  });
  done();
};

/** The photo's bytes, from either form of body. Throws NoPhoto, NotBase64. */
function photoOf(body: unknown): Buffer {
  const photo = Value.Check(PredictBody, body) ? base64Photo(body.image) : body;
  if (!Buffer.isBuffer(photo) || photo.length === 0) throw new NoPhoto();
  return photo;
}
