// The page of one prediction: what the model saw, how sure it was, which model it was, whether photo and
// facts are saved, and what the uploader says about the answer.
import {
  FOOD_CLASSES,
  type FeedbackKind,
  type ModelFacts,
  type Prediction,
} from "@feedback-loop/contract";
import type { NewFeedback } from "@feedback-loop/database";
import { links } from "../links";
import { asPrediction, type PredictionRecord } from "../photos/prediction-record";
import { classNameOf, percent, saidBy, type Time, timeOf } from "./words";

export interface PredictionPage {
  id: string;
  photoUrl: string;
  /** Name of the predicted class. */
  prediction: string;
  /** Probability of the predicted class, such as "63.2 %". */
  confidence: string;
  /** All classes, most probable first. */
  bars: Bar[];
  model: { version: string; title: string | undefined; notice: string | undefined };
  saved: boolean;
  kept: { bucket: string; objectKey: string };
  predictedAt: Time;
  /** Undefined for everyone but the uploader. */
  feedback: FeedbackForm | undefined;
}

export interface Bar {
  name: string;
  /** 0 to 1. */
  probability: number;
  percent: string;
  isPredicted: boolean;
}

export interface FeedbackForm {
  url: string;
  csrfToken: string;
  /** What was said last; undefined as long as nothing was. */
  said: { kind: FeedbackKind; text: string } | undefined;
  /** All classes in the model's order. */
  classes: { index: number; name: string; isChosen: boolean }[];
}

export interface FeedbackContext {
  csrfToken: string;
  /** What the uploader said last. */
  latest: NewFeedback | undefined;
}

/** One prediction for programs. */
export interface PredictionJson {
  id: string;
  prediction: Prediction;
  saved: boolean;
  predictedAt: string;
  url: string;
  photoUrl: string;
  feedbackUrl: string;
  /** What the uploader said last; null as long as nothing was, or for others. */
  feedback: { kind: FeedbackKind; classIndex: number | null } | null;
}

export function predictionPage(
  { facts, saved }: PredictionRecord,
  context: {
    model: ModelFacts | undefined;
    photoBucket: string;
    feedback: FeedbackContext | undefined;
  },
): PredictionPage {
  // What today's model says of itself holds for the answer only if it was this model that gave it.
  const model = context.model?.version === facts.modelVersion ? context.model : undefined;
  return {
    id: facts.id,
    photoUrl: links.photo(facts.id),
    prediction: classNameOf(facts.classIndex),
    confidence: percent(facts.probability),
    bars: barsOf(facts.probabilities, facts.classIndex),
    model: { version: facts.modelVersion, title: model?.title, notice: model?.notice },
    saved,
    kept: { bucket: context.photoBucket, objectKey: facts.objectKey },
    predictedAt: timeOf(facts.predictedAt),
    feedback: context.feedback && feedbackForm(facts.id, context.feedback),
  };
}

export function asJson(record: PredictionRecord & { feedback?: NewFeedback }): PredictionJson {
  const { facts, saved, feedback } = record;
  return {
    id: facts.id,
    prediction: asPrediction(facts),
    saved,
    predictedAt: facts.predictedAt.toISOString(),
    url: links.prediction(facts.id),
    photoUrl: links.photo(facts.id),
    feedbackUrl: links.feedback(facts.id),
    feedback: feedback ? { kind: feedback.kind, classIndex: feedback.classIndex } : null,
  };
}

function barsOf(probabilities: readonly number[], predicted: number): Bar[] {
  return FOOD_CLASSES.map((name, index) => {
    const probability = probabilities[index] ?? 0;
    return { name, probability, percent: percent(probability), isPredicted: index === predicted };
  }).sort((a, b) => b.probability - a.probability);
}

function feedbackForm(id: string, { csrfToken, latest }: FeedbackContext): FeedbackForm {
  return {
    url: links.feedback(id),
    csrfToken,
    said: latest && { kind: latest.kind, text: saidBy(latest) },
    classes: FOOD_CLASSES.map((name, index) => ({
      index,
      name,
      isChosen: latest?.kind === "correction" && latest.classIndex === index,
    })),
  };
}
