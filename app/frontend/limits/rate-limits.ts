// How much one session and one address may ask of this service in a minute. Counted in memory: the
// service is one process, and a restart may forgive.
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import type { Metrics } from "../metrics";
import { TooManyRequests } from "../problems";
import type { Sessions } from "../sessions/sessions";

export interface RateLimits {
  /** Uploads a minute by one session, and by one address (IPv6: by one /64). */
  session: number;
  address: number;
}

export type LimitedKind = "upload" | "feedback" | "page";
/** For each kind of request the hook that refuses too many: goes to a route's `onRequest`. */
export type RateLimitHooks = Record<LimitedKind, onRequestAsyncHookHandler>;

/** An upload and a changed mind about it, or two. */
const FEEDBACKS_AN_UPLOAD = 2;
/** A page of history shows two dozen small pictures, each a request. */
const PAGES_AN_UPLOAD = 10;

type Limiter = ReturnType<FastifyInstance["createRateLimit"]>;

export async function createRateLimits(
  app: FastifyInstance,
  limits: RateLimits,
  parts: { sessions: Sessions; metrics: Pick<Metrics, "rateLimited"> },
): Promise<RateLimitHooks> {
  await app.register(rateLimit, { global: false, timeWindow: 60_000 });
  const { sessions, metrics } = parts;
  const byAddress = (max: number) => app.createRateLimit({ max });
  const bySession = (max: number): Limiter => {
    const keyGenerator = (request: FastifyRequest) => sessions.idOf(request) ?? "";
    return app.createRateLimit({ max, keyGenerator });
  };
  const hook =
    (kind: LimitedKind, address: Limiter, session?: Limiter): onRequestAsyncHookHandler =>
    async (request) => {
      const refuse = (by: "address" | "session", seconds: number) => {
        metrics.rateLimited.inc({ kind, by });
        throw new TooManyRequests(seconds);
      };
      const wait = await secondsToWait(address, request);
      if (wait > 0) refuse("address", wait);
      if (session === undefined || sessions.idOf(request) === undefined) return;
      const sessionWait = await secondsToWait(session, request);
      if (sessionWait > 0) refuse("session", sessionWait);
    };
  return {
    upload: hook("upload", byAddress(limits.address), bySession(limits.session)),
    feedback: hook(
      "feedback",
      byAddress(limits.address * FEEDBACKS_AN_UPLOAD),
      bySession(limits.session * FEEDBACKS_AN_UPLOAD),
    ),
    page: hook("page", byAddress(limits.address * PAGES_AN_UPLOAD)),
  };
}

/** Counts the request; 0 if it is within the limit. */
async function secondsToWait(limiter: Limiter, request: FastifyRequest): Promise<number> {
  const outcome = await limiter(request);
  return !outcome.isAllowed && outcome.isExceeded ? Math.max(1, outcome.ttlInSeconds) : 0;
}
