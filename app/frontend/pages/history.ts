// What one browser sent so far, newest first.
import type { NewFeedback } from "@feedback-loop/database";
import { links } from "../links";
import type { PredictionRecord } from "../photos/prediction-record";
import { classNameOf, percent, saidBy, type Time, timeOf } from "./words";

export interface HistoryItem extends PredictionRecord {
  /** What the uploader said last. */
  feedback: NewFeedback | undefined;
}

export interface HistoryPage {
  items: {
    url: string;
    thumbnailUrl: string;
    prediction: string;
    confidence: string;
    saved: boolean;
    predictedAt: Time;
    /** Such as "that’s right"; undefined as long as nothing was said. */
    said: string | undefined;
  }[];
  olderUrl: string | undefined;
  /** The database couldn't be asked: what is saved is missing. */
  incomplete: boolean;
}

export function historyPage(history: {
  items: readonly HistoryItem[];
  olderThan: Date | undefined;
  incomplete: boolean;
}): HistoryPage {
  const { items, olderThan, incomplete } = history;
  return {
    items: items.map(({ facts, saved, feedback }) => ({
      url: links.prediction(facts.id),
      thumbnailUrl: links.thumbnail(facts.id),
      prediction: classNameOf(facts.classIndex),
      confidence: percent(facts.probability),
      saved,
      predictedAt: timeOf(facts.predictedAt),
      said: feedback && saidBy(feedback),
    })),
    olderUrl: olderThan && links.history(olderThan),
    incomplete,
  };
}
