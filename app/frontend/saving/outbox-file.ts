// One accepted photo with the facts about it, as a file of the outbox (sealed-file.ts). Fields that came
// later than the first version of the service may be missing: a file that waited while the service was
// upgraded is read as what it meant when it was written.
import type { NewPrediction } from "@feedback-loop/database";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { DamagedItem, factsLength, parseFacts, seal, unseal } from "./sealed-file";

/** A photo and the facts about it: all that the object and the rows are made of. */
export interface OutboxItem {
  prediction: NewPrediction;
  photo: Buffer;
}

/** Most bytes that header and facts take; about 4500 with an embedding of 1280 numbers. */
export const FACTS_ALLOWANCE_BYTES = 8192;

const KIND = "FLOUTBX1";

const Facts = Type.Object({
  id: Type.String(),
  objectKey: Type.String(),
  classIndex: Type.Integer(),
  probability: Type.Number(),
  probabilities: Type.Array(Type.Number()),
  modelVersion: Type.String(),
  variant: Type.String(),
  predictedAt: Type.String(),
  sessionId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  source: Type.Optional(Type.Union([Type.Literal("upload"), Type.Literal("sample")])),
  embedding: Type.Optional(Type.Union([Type.String({ description: "base64" }), Type.Null()])),
});

/** The parts of the file in order; kept apart so that the photo isn't copied. */
export function encodeItem({ prediction, photo }: OutboxItem): Buffer[] {
  const content: Static<typeof Facts> = {
    ...prediction,
    predictedAt: prediction.predictedAt.toISOString(),
    embedding: prediction.embedding?.toString("base64") ?? null,
  };
  return seal(KIND, content, photo);
}

/** Throws DamagedItem. */
export function decodeItem(file: Buffer): OutboxItem {
  const { facts, body } = unseal(KIND, file);
  return { prediction: decodeFacts(facts), photo: body };
}

/** Length of the facts in bytes, from the header of a file. Throws DamagedItem. */
export const itemFactsLength = (header: Buffer): number => factsLength(KIND, header);

/** Throws DamagedItem. */
export function decodeFacts(facts: Buffer): NewPrediction {
  const content = parseFacts(facts);
  if (!Value.Check(Facts, content)) throw new DamagedItem("the facts aren't those of a prediction");
  const { sessionId = null, source = "upload", embedding = null, ...rest } = content;
  return {
    ...rest,
    predictedAt: new Date(content.predictedAt),
    sessionId,
    source,
    embedding: embedding === null ? null : Buffer.from(embedding, "base64"),
  };
}
