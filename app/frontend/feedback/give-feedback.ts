// Feedback goes the way of photos: it is in the outbox before it is answered for, and saved afterwards.
import { randomUUID } from "node:crypto";
import type { NewFeedback } from "@feedback-loop/database";
import type { Metrics } from "../metrics";
import type { PredictionFacts } from "../photos/prediction-record";
import type { Outbox } from "../saving/outbox";
import type { Saver } from "../saving/saver";
import { type FeedbackChoice, settled } from "./feedback-choice";

export interface FeedbackAcceptance {
  outbox: Pick<Outbox, "putFeedback">;
  saver: Pick<Saver, "feedbackArrived">;
  metrics: Pick<Metrics, "feedback">;
}

/** Accepts what the uploader says about a prediction; what was said before stays. Throws OutboxFull. */
export async function giveFeedback(
  { outbox, saver, metrics }: FeedbackAcceptance,
  { id: predictionId, classIndex }: PredictionFacts,
  choice: FeedbackChoice,
): Promise<NewFeedback> {
  const feedback: NewFeedback = {
    id: randomUUID(),
    predictionId,
    ...settled(choice, classIndex),
    givenAt: new Date(),
  };
  await outbox.putFeedback(feedback);
  saver.feedbackArrived(feedback.id);
  metrics.feedback.inc({ kind: feedback.kind });
  return feedback;
}
