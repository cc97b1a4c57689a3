// The body and answer of POST /predict of the inference API.
import { type Static, Type } from "@sinclair/typebox";

export const PredictBody = Type.Object(
  {
    image: Type.String({
      description: "A JPEG, PNG or WebP picture in base64, with or without a `data:` prefix",
    }),
  },
  { additionalProperties: false },
);
export type PredictBody = Static<typeof PredictBody>;

const Probability = Type.Number({ minimum: 0, maximum: 1 });

export const Prediction = Type.Object({
  prediction: Type.String({ description: "Name of the most probable class" }),
  probability: Type.Number({ minimum: 0, maximum: 1, description: "Its probability" }),
  classIndex: Type.Integer({ minimum: 0, description: "Its place in the model's list of classes" }),
  probabilities: Type.Record(Type.String(), Probability, {
    description: "Probability of every class by name, in the model's order; they add up to 1",
  }),
  modelVersion: Type.String({ description: "Version of the model that answered" }),
});
export type Prediction = Static<typeof Prediction>;
