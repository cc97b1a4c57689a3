// What this browser sent so far.
import { wantsJson } from "@feedback-loop/web";
import type { FastifyInstance } from "fastify";
import { type History, loadHistory } from "../history/load-history";
import type { RateLimitHooks } from "../limits/rate-limits";
import { links } from "../links";
import { historyPage } from "../pages/history";
import { asJson } from "../pages/prediction";
import { renderPage } from "../pages/render";
import type { PredictionSources } from "../photos/prediction-record";
import { WrongQuery } from "../problems";
import type { Sessions } from "../sessions/sessions";

const EMPTY: History = { items: [], olderThan: undefined, incomplete: false };
/** As links.history writes it. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function addHistoryRoutes(
  app: FastifyInstance,
  parts: Pick<PredictionSources, "outbox" | "log">,
  { sessions, rateLimits }: { sessions: Sessions; rateLimits: RateLimitHooks },
): void {
  app.get<{ Querystring: { before?: unknown } }>("/history", {
    onRequest: rateLimits.page,
    handler: async (request, reply) => {
      const before = timeOf(request.query.before);
      const sessionId = sessions.idOf(request);
      const history = sessionId === undefined ? EMPTY : await loadHistory(parts, sessionId, before);
      reply.header("cache-control", "no-store");
      if (wantsJson(request)) return historyJson(history);
      const page = renderPage("history", historyPage(history));
      return reply.type("text/html; charset=utf-8").send(page);
    },
  });
}

/** Throws WrongQuery. */
export function timeOf(given: unknown): Date | undefined {
  if (given === undefined) return undefined;
  const text = typeof given === "string" ? given : "several values";
  const time = new Date(ISO_TIME.test(text) ? text : Number.NaN);
  if (Number.isNaN(time.getTime())) {
    throw new WrongQuery("before", text, "one time such as 2026-11-24T10:00:00.000Z");
  }
  return time;
}

function historyJson({ items, olderThan, incomplete }: History) {
  return {
    items: items.map((item) => asJson(item)),
    olderUrl: olderThan === undefined ? null : links.history(olderThan),
    incomplete,
  };
}
