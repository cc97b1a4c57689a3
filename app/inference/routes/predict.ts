// POST /predict: what food is on this photo?
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { PredictBody, Prediction } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import { base64Photo } from "../base64";
import { NoPhoto } from "../errors";
import { hangUpOf } from "../plugins/hang-up";
import { isInternal } from "../plugins/internal-token";
import { answer, passingProblem, problem } from "./answers";

export interface PredictOptions {
  /** By which our own services prove themselves. */
  readonly internalToken: string | undefined;
}

const schema = {
  summary: "What food is on this photo?",
  description:
    "Takes one JPEG, PNG or WebP picture, and answers with the probability of each class of the " +
    "model. The picture is turned as its EXIF data say; of an animation the first frame counts. " +
    "Nothing is kept.",
  operationId: "predict",
  tags: ["prediction"],
  security: [{}, { internalToken: [] }] as { internalToken?: string[] }[],
  // The other bodies are bytes, which have no schema to be checked by (plugins/openapi.ts).
  body: { content: { "application/json": { schema: PredictBody } } },
  response: {
    200: answer(Prediction, "The prediction"),
    400: problem(
      "`no-photo`: the body is empty",
      "`not-json`, `invalid-body`, `not-base64`: the JSON isn't as it should be",
      "`wrong-form`: the form isn't one file in the field `image`",
      "`bad-request`: this isn't HTTP",
    ),
    401: problem("`wrong-token`: the header X-Internal-Token is there and wrong"),
    408: problem("`request-timeout`: the request took too long to arrive"),
    413: problem("`body-too-large`: the body is over the limit"),
    415: problem(
      "`wrong-content-type`: the body is of a type that isn't taken",
      "`wrong-content-encoding`: the body is compressed",
    ),
    422: problem(
      "`unreadable-photo`: the bytes aren't a whole JPEG, PNG or WebP picture",
      "`too-many-pixels`: the picture is larger than is decoded here",
    ),
    500: problem(
      "`worker-lost`: the worker ended before it had an answer, and is replaced; try once more",
      "`internal-error`: a defect of the service; its log has the details",
    ),
    503: passingProblem(
      "`queue-full`: as many photos wait as may, or as fit into the memory for them",
      "`no-model`: no model is loaded yet",
    ),
  },
};

export const predict: FastifyPluginCallbackTypebox<PredictOptions> = (app, options, done) => {
  const { internalToken } = options;
  app.post("/predict", {
    schema,
    // Before the body is read.
    onRequest: ({ headers }, _reply, next) => {
      isInternal(headers, internalToken);
      next();
    },
    handler: async ({ body, headers }, reply) => {
      const classification = await app.serving.current().classify(photoOf(body), {
        signal: hangUpOf(reply),
        wantsEmbedding: isInternal(headers, internalToken),
      });
      app.metrics.observeClassification(classification);
      return classification.prediction;
    },
  });
  done();
};

/** The photo's bytes, from any form of body. Throws NoPhoto, NotBase64. */
function photoOf(body: unknown): Buffer {
  const photo = Value.Check(PredictBody, body) ? base64Photo(body.image) : body;
  if (!Buffer.isBuffer(photo) || photo.length === 0) throw new NoPhoto();
  return photo;
}
