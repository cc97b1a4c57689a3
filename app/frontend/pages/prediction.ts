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
import { className, percent, THANKS, thanksFor, type TimeText, timeText } from "./wording";

/** What the uploader's own page needs for feedback. */
export interface FeedbackContext {
  csrfToken: string;
  /** What was said last, if anything. */
  latest: NewFeedback | undefined;
}

export interface PredictionContext {
  model: ModelFacts | undefined;
  photoBucket: string;
  /** Undefined: the viewer isn't the uploader. */
  feedback: FeedbackContext | undefined;
}

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
  predictedAt: TimeText;
  /** Undefined: the viewer isn't the uploader, and can't judge. */
  feedback: FeedbackForm | undefined;
  /** Whether there is a history to look at. */
  hasSession: boolean;
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
  /** What was said last; undefined if nothing was. */
  said: { kind: FeedbackKind; thanks: string } | undefined;
  /** The words for each thing that can be said, for the script. */
  thanks: Record<FeedbackKind, string>;
  /** All classes to choose the right one from. */
  options: { index: number; name: string; isSaid: boolean }[];
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
  /** What the uploader said last. */
  feedback: { kind: FeedbackKind; classIndex: number | null } | null;
}

export function predictionPage(
  { facts, saved }: PredictionRecord,
  context: PredictionContext,
): PredictionPage {
  // What today's model says of itself holds for the answer only if it was this model that gave it.
  const model = context.model?.version === facts.modelVersion ? context.model : undefined;
  return {
    id: facts.id,
    photoUrl: links.photo(facts.id),
    prediction: className(facts.classIndex),
    confidence: percent(facts.probability),
    bars: barsOf(facts.probabilities, facts.classIndex),
    model: { version: facts.modelVersion, title: model?.title, notice: model?.notice },
    saved,
    kept: { bucket: context.photoBucket, objectKey: facts.objectKey },
    predictedAt: timeText(facts.predictedAt),
    feedback: context.feedback && feedbackForm(facts.id, context.feedback),
    hasSession: context.feedback !== undefined,
  };
}

export function asJson({
  facts,
  saved,
  feedback,
}: PredictionRecord & { feedback?: NewFeedback | undefined }): PredictionJson {
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
    said: latest && { kind: latest.kind, thanks: thanksFor(latest) },
    thanks: THANKS,
    options: FOOD_CLASSES.map((name, index) => ({
      index,
      name,
      isSaid: latest?.classIndex === index,
    })),
  };
}
