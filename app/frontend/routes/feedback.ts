// What the uploader says about the answer: by the form of the prediction's page, or by JSON.
import formbody from "@fastify/formbody";
import { wantsJson } from "@feedback-loop/web";
import type { FastifyInstance } from "fastify";
import { choiceOfForm, choiceOfJson } from "../feedback/feedback-choice";
import { type FeedbackAcceptance, giveFeedback } from "../feedback/give-feedback";
import type { RateLimitHooks } from "../limits/rate-limits";
import { links } from "../links";
import { loadPrediction, type PredictionSources } from "../photos/prediction-record";
import { NotTheUploader, WrongToken } from "../problems";
import type { Sessions } from "../sessions/sessions";

export interface FeedbackParts extends FeedbackAcceptance {
  outbox: PredictionSources["outbox"] & FeedbackAcceptance["outbox"];
  log: PredictionSources["log"];
}

/** A token, a kind and a number, with room to spare. */
const BODY_LIMIT_BYTES = 4096;

export async function addFeedbackRoutes(
  app: FastifyInstance,
  parts: FeedbackParts,
  { sessions, rateLimits }: { sessions: Sessions; rateLimits: RateLimitHooks },
): Promise<void> {
  app.removeContentTypeParser("text/plain"); // which a form of another site could send
  await app.register(formbody);

  app.post<{ Params: { id: string } }>("/predictions/:id/feedback", {
    onRequest: rateLimits.feedback,
    bodyLimit: BODY_LIMIT_BYTES,
    handler: async (request, reply) => {
      const { facts } = await loadPrediction(parts, request.params.id);
      const sessionId = sessions.idOf(request);
      if (sessionId === undefined || sessionId !== facts.sessionId) throw new NotTheUploader();
      const feedback = await giveFeedback(parts, facts, choiceOf(request, sessionId));
      if (!wantsJson(request)) return reply.redirect(`${links.prediction(facts.id)}#feedback`, 303);
      return reply.code(201).send(feedback);
    },
  });

  /** JSON needs no token: another site's page can't send it without this site's consent (CORS). */
  function choiceOf({ headers, body }: { headers: object; body: unknown }, sessionId: string) {
    const type = (headers as { "content-type"?: string })["content-type"] ?? "";
    if (!type.startsWith("application/x-www-form-urlencoded")) return choiceOfJson(body);
    const fields = body as Record<string, unknown>;
    if (!sessions.isTokenOf(sessionId, fields.csrf)) throw new WrongToken();
    return choiceOfForm(fields);
  }
}
