// The answer of GET /model of the inference API: what the model says about itself.
import { type Static, Type } from "@sinclair/typebox";

export const ModelFacts = Type.Object({
  version: Type.String({ description: "Version of the model that answers now" }),
  title: Type.String({ description: "What a page calls it; may be empty" }),
  notice: Type.String({
    description: "What a person must know before believing it; empty if there is nothing",
  }),
  classes: Type.Array(Type.String(), { description: "Its classes, in the order of its outputs" }),
  sha256: Type.Optional(
    Type.String({ pattern: "^[0-9a-f]{64}$", description: "Hash of the model's file" }),
  ),
  transform: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: "How a picture becomes the model's input, as the model declares it",
    }),
  ),
});
export type ModelFacts = Static<typeof ModelFacts>;
