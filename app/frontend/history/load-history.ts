// What one session uploaded, page by page, from both places where it may be: outbox and database.
import type { NewFeedback } from "@feedback-loop/database";
import {
  latestOf,
  type PredictionRecord,
  type PredictionSources,
} from "../photos/prediction-record";

export interface HistoryEntry extends PredictionRecord {
  /** The feedback that counts. */
  feedback: NewFeedback | undefined;
}

export interface History {
  /** Newest first. */
  items: HistoryEntry[];
  /** What is older was made before this time; undefined if there is nothing older. */
  olderThan: Date | undefined;
  /** The database couldn't be asked: what is saved already is missing. */
  incomplete: boolean;
}

/** Fills the grid of the page evenly with two, three, four or six in a row. */
export const PAGE_SIZE = 24;

export async function loadHistory(
  { outbox, log }: Pick<PredictionSources, "outbox" | "log">,
  sessionId: string,
  before?: Date,
): Promise<History> {
  // One more than is shown tells whether there is more.
  const page = { limit: PAGE_SIZE + 1, ...(before && { before }) };
  // In this order: an item leaves the outbox only after its row is there.
  const waiting = await outbox.waitingOfSession(sessionId, page);
  const rows = await log.findOfSession(sessionId, page).catch(() => undefined);
  const found = merge(
    waiting.map((facts) => ({ facts, saved: false })),
    (rows ?? []).map((facts) => ({ facts, saved: true })),
  );
  const shown = found.slice(0, PAGE_SIZE);
  const savedIds = shown.filter(({ saved }) => saved).map(({ facts }) => facts.id);
  const feedback = await latestFeedback(log, savedIds);
  return {
    items: shown.map((record) => ({
      ...record,
      feedback: latestOf(outbox.latestFeedback(record.facts.id), feedback?.get(record.facts.id)),
    })),
    olderThan: found.length > PAGE_SIZE ? shown.at(-1)?.facts.predictedAt : undefined,
    incomplete: rows === undefined || feedback === undefined,
  };
}

/** Undefined if the database can't be asked. */
async function latestFeedback(log: PredictionSources["log"], ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, NewFeedback>();
  return log.findLatestFeedback(ids).catch(() => undefined);
}

/** Both lists as one, newest first; what is in both is still being saved. */
function merge(waiting: PredictionRecord[], stored: PredictionRecord[]): PredictionRecord[] {
  const ids = new Set(waiting.map(({ facts }) => facts.id));
  return [...waiting, ...stored.filter(({ facts }) => !ids.has(facts.id))].sort(
    (a, b) => b.facts.predictedAt.getTime() - a.facts.predictedAt.getTime(),
  );
}
