// The page of one prediction: what the model saw, how sure it was, which model it was, and whether
// photo and facts are saved.
import { FOOD_CLASSES, type ModelFacts, type Prediction } from "@feedback-loop/contract";
import { links } from "../links";
import { asPrediction, type PredictionRecord } from "../photos/prediction-record";

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
  /** ISO 8601, and the same for people, both in UTC. */
  predictedAt: { iso: string; text: string };
}

export interface Bar {
  name: string;
  /** 0 to 1. */
  probability: number;
  percent: string;
  isPredicted: boolean;
}

/** One prediction for programs. */
export interface PredictionJson {
  id: string;
  prediction: Prediction;
  saved: boolean;
  predictedAt: string;
  url: string;
  photoUrl: string;
}

export function predictionPage(
  { facts, saved }: PredictionRecord,
  context: { model: ModelFacts | undefined; photoBucket: string },
): PredictionPage {
  // What today's model says of itself holds for the answer only if it was this model that gave it.
  const model = context.model?.version === facts.modelVersion ? context.model : undefined;
  return {
    id: facts.id,
    photoUrl: links.photo(facts.id),
    prediction: FOOD_CLASSES[facts.classIndex] ?? `class ${facts.classIndex}`,
    confidence: percent(facts.probability),
    bars: barsOf(facts.probabilities, facts.classIndex),
    model: { version: facts.modelVersion, title: model?.title, notice: model?.notice },
    saved,
    kept: { bucket: context.photoBucket, objectKey: facts.objectKey },
    predictedAt: { iso: facts.predictedAt.toISOString(), text: timeText(facts.predictedAt) },
  };
}

export function asJson({ facts, saved }: PredictionRecord): PredictionJson {
  return {
    id: facts.id,
    prediction: asPrediction(facts),
    saved,
    predictedAt: facts.predictedAt.toISOString(),
    url: links.prediction(facts.id),
    photoUrl: links.photo(facts.id),
  };
}

/** A probability for people; never "0 %" for what is merely small, nor "100 %" for what isn't certain. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.001) return "< 0.1 %";
  if (probability > 0.999 && probability < 1) return "> 99.9 %";
  return `${(probability * 100).toFixed(1)} %`;
}

function barsOf(probabilities: readonly number[], predicted: number): Bar[] {
  return FOOD_CLASSES.map((name, index) => {
    const probability = probabilities[index] ?? 0;
    return { name, probability, percent: percent(probability), isPredicted: index === predicted };
  }).sort((a, b) => b.probability - a.probability);
}

function timeText(time: Date): string {
  const text = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(time);
  return `${text} UTC`;
}
