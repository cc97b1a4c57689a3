// The body and answer of POST /predict of the inference API.
import { type Static, Type } from "@sinclair/typebox";

/** A whole picture, short enough to be read in documentation: a PNG of 8 × 8 orange pixels. */
const EXAMPLE_PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAMAAADz0U65AAAAA1BMVEXggDATwkWdAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNgoA4AAABIAAF7pRHIAAAAAElFTkSuQmCC";

export const PredictBody = Type.Object(
  {
    image: Type.String({
      description: "A JPEG, PNG or WebP picture in base64, with or without a `data:` prefix",
      contentEncoding: "base64",
      minLength: 1,
      examples: [EXAMPLE_PICTURE],
    }),
  },
  { additionalProperties: false },
);
export type PredictBody = Static<typeof PredictBody>;

/** Request header by which the project's own services prove themselves to each other. */
export const INTERNAL_TOKEN_HEADER = "x-internal-token";

const Probability = Type.Number({ minimum: 0, maximum: 1 });

export const Prediction = Type.Object({
  prediction: Type.String({ description: "Name of the most probable class" }),
  probability: Type.Number({ minimum: 0, maximum: 1, description: "Its probability" }),
  classIndex: Type.Integer({ minimum: 0, description: "Its place in the model's list of classes" }),
  probabilities: Type.Record(Type.String(), Probability, {
    description: "Probability of every class by name, in the model's order; they add up to 1",
  }),
  modelVersion: Type.String({ description: "Version of the model that answered" }),
  embedding: Type.Optional(
    Type.String({
      contentEncoding: "base64",
      description:
        "The model's embedding of the picture, float16 little-endian; only for callers that send " +
        "the header X-Internal-Token",
    }),
  ),
});
export type Prediction = Static<typeof Prediction>;
