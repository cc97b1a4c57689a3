// The page of a session's own photos, newest first.
import type { FeedbackKind } from "@feedback-loop/contract";
import type { NewFeedback, NewPrediction, StoredPrediction } from "@feedback-loop/database";
import { links } from "../links";
import { className, markOf, percent, type TimeText, timeText } from "./wording";

export interface HistoryItem {
  facts: NewPrediction | StoredPrediction;
  saved: boolean;
  /** What was said last, if anything. */
  feedback: NewFeedback | undefined;
}

export interface HistoryFacts {
  items: readonly HistoryItem[];
  /** The older photos are those made before this time; undefined if there are none. */
  olderThan: Date | undefined;
  /** Whether the database couldn't be asked, so that photos are missing. */
  incomplete: boolean;
}

export interface HistoryPage {
  cards: HistoryCard[];
  olderUrl: string | undefined;
  incomplete: boolean;
  hasSession: true;
}

export interface HistoryCard {
  url: string;
  thumbnailUrl: string;
  /** Name of the predicted class. */
  prediction: string;
  /** Its probability, such as "63.2 %". */
  confidence: string;
  saved: boolean;
  predictedAt: TimeText;
  isSample: boolean;
  mark: { kind: FeedbackKind; text: string } | undefined;
}

export function historyPage({ items, olderThan, incomplete }: HistoryFacts): HistoryPage {
  return {
    cards: items.map(cardOf),
    olderUrl: olderThan && links.history(olderThan),
    incomplete,
    hasSession: true, // the link in the header leads here, where one is anyway
  };
}

function cardOf({ facts, saved, feedback }: HistoryItem): HistoryCard {
  return {
    url: links.prediction(facts.id),
    thumbnailUrl: links.thumbnail(facts.id),
    prediction: className(facts.classIndex),
    confidence: percent(facts.probability),
    saved,
    predictedAt: timeText(facts.predictedAt),
    isSample: facts.source === "sample",
    mark: feedback && { kind: feedback.kind, text: markOf(feedback) },
  };
}
