// One accepted piece of feedback as a file of the outbox (sealed-file.ts): facts without a body.
import { FeedbackKind } from "@feedback-loop/contract";
import type { NewFeedback } from "@feedback-loop/database";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { DamagedItem, parseFacts, seal, unseal } from "./sealed-file";

const KIND = "FLFEEDB1";

const Facts = Type.Object({
  id: Type.String(),
  predictionId: Type.String(),
  kind: FeedbackKind,
  classIndex: Type.Union([Type.Integer(), Type.Null()]),
  givenAt: Type.String(),
});

/** The parts of the file in order. */
export function encodeFeedback(feedback: NewFeedback): Buffer[] {
  const content: Static<typeof Facts> = { ...feedback, givenAt: feedback.givenAt.toISOString() };
  return seal(KIND, content);
}

/** Throws DamagedItem. */
export function decodeFeedback(file: Buffer): NewFeedback {
  const content = parseFacts(unseal(KIND, file).facts);
  if (!Value.Check(Facts, content)) throw new DamagedItem("the facts aren't those of feedback");
  return { ...content, givenAt: new Date(content.givenAt) };
}
