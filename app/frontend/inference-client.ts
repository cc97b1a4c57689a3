// The inference API as the frontend uses it. An answer is checked here once, so that everything that
// comes after, down to the constraints of the table, can rely on it.
import {
  FOOD_CLASSES,
  INTERNAL_TOKEN_HEADER,
  ModelFacts,
  Prediction,
  Problem,
} from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import { askForJson, type JsonAnswer } from "./http-json";
import { ClientGone, InferenceBusy, InferenceUnavailable, PhotoRefused } from "./problems";

/** What the model says about one photo. */
export interface PhotoAnswer extends Omit<Prediction, "embedding"> {
  /** float16, little-endian; null if the model has none or the answer had none that can be used. */
  embedding: Buffer | null;
}

export interface Inference {
  /**
   * Throws PhotoRefused for a photo that can't be read, InferenceBusy, ClientGone once `gone` is
   * aborted, and InferenceUnavailable for everything else.
   */
  predict(photo: Buffer, mediaType: string, gone?: AbortSignal): Promise<PhotoAnswer>;
  /** The model that answers now, or undefined while that can't be told. */
  model(): Promise<ModelFacts | undefined>;
}

/** How an answer stands with its embedding; `refused`: our token is the wrong one. */
export type EmbeddingOutcome = "given" | "absent" | "invalid" | "refused";

export interface InferenceOptions {
  url: string;
  timeoutSeconds: number;
  /** Asks for embeddings; without it none come. */
  internalToken?: string | undefined;
  /** Told once an answer: embeddings are for later, and never worth a person's answer. */
  onEmbedding?: (outcome: EmbeddingOutcome) => void;
  /** How long facts about the model are reused, and how long a page waits for them at most. */
  modelFactsSeconds?: { fresh: number; timeout: number };
}

const RETRY_AFTER_SECONDS = 5;
/** Longest wait that is passed on. */
const MAX_RETRY_AFTER_SECONDS = 600;
/** Answers that are about the photo; any other failure is between the two services. */
const REFUSALS = [400, 413, 415, 422];
/** Twice the embedding of the model at hand; in base64 it must fit in FACTS_ALLOWANCE_BYTES. */
const MAX_EMBEDDING_BYTES = 5120;

export function createInference(options: InferenceOptions): Inference {
  const base = options.url.replace(/\/$/, "");
  return {
    predict: (photo, mediaType, gone) =>
      predict(`${base}/predict`, { photo, mediaType, gone }, options),
    model: remembered(
      (timeoutSeconds) => fetchModelFacts(`${base}/model`, timeoutSeconds),
      options.modelFactsSeconds ?? { fresh: 10, timeout: 1 },
    ),
  };
}

interface Question {
  photo: Buffer;
  mediaType: string;
  gone: AbortSignal | undefined;
}

async function predict(url: string, question: Question, options: InferenceOptions) {
  const { internalToken, onEmbedding = () => undefined } = options;
  // All tries together have one deadline, and end at once with the client.
  const end = new AbortController();
  const abort = () => end.abort();
  const timer = setTimeout(abort, options.timeoutSeconds * 1000);
  question.gone?.addEventListener("abort", abort, { once: true });
  const ask = (headers?: Record<string, string>) => send(url, question, end.signal, headers);
  try {
    if (internalToken === undefined) return interpret(await ask());
    const answer = await ask({ [INTERNAL_TOKEN_HEADER]: internalToken });
    if (answer.status === 401) {
      onEmbedding("refused");
      return interpret(await ask());
    }
    const prediction = interpret(answer);
    onEmbedding(prediction.embedding === null ? outcomeWithout(answer) : "given");
    return prediction;
  } finally {
    clearTimeout(timer);
    question.gone?.removeEventListener("abort", abort);
  }
}

async function send(
  url: string,
  { photo, mediaType, gone }: Question,
  signal: AbortSignal,
  headers?: Record<string, string>,
): Promise<JsonAnswer> {
  const isGone = () => gone?.aborted === true;
  if (isGone()) throw new ClientGone();
  const ask = () => askForJson(url, { signal, photo, mediaType, headers });
  try {
    // Once more: a kept-alive connection to a server that restarted fails at its next use. Asking
    // twice is harmless.
    return await ask().catch((error: Error) => {
      if (signal.aborted) throw error;
      return ask();
    });
  } catch (cause) {
    if (isGone()) throw new ClientGone();
    throw new InferenceUnavailable(RETRY_AFTER_SECONDS, { cause });
  }
}

/** The prediction in an answer of the inference API, or the error that a person should see. */
export function interpret({ status, retryAfter, body }: JsonAnswer): PhotoAnswer {
  if (status === 200) {
    const { embedding, ...prediction } = (body ?? {}) as { embedding?: unknown };
    if (Value.Check(Prediction, prediction) && isOverFoodClasses(prediction)) {
      return { ...prediction, embedding: embeddingOf(embedding) };
    }
  }
  const problem = Value.Check(Problem, body) ? body : undefined;
  if (problem !== undefined && REFUSALS.includes(status)) throw new PhotoRefused(problem);
  const seconds = secondsOf(retryAfter);
  if (problem?.code === "queue-full") throw new InferenceBusy(seconds);
  const cause = new Error(`the inference API answered ${status}: ${shorten(body)}`);
  throw new InferenceUnavailable(seconds, { cause });
}

/** Whether the answer is over the 11 classes, in our order, as keys and columns need it. */
function isOverFoodClasses({ classIndex, prediction, probabilities }: Prediction): boolean {
  const names = Object.keys(probabilities);
  return (
    FOOD_CLASSES[classIndex] === prediction &&
    names.length === FOOD_CLASSES.length &&
    FOOD_CLASSES.every((name) => name in probabilities)
  );
}

/** The bytes in base64, or null for what can't be an embedding. */
function embeddingOf(text: unknown): Buffer | null {
  if (typeof text !== "string" || text.length > MAX_EMBEDDING_BYTES * 1.4) return null;
  const bytes = Buffer.from(text, "base64");
  const isWhole = bytes.length > 0 && bytes.length % 2 === 0 && bytes.toString("base64") === text;
  return isWhole && bytes.length <= MAX_EMBEDDING_BYTES ? bytes : null;
}

function outcomeWithout({ body }: JsonAnswer): EmbeddingOutcome {
  return (body as { embedding?: unknown }).embedding === undefined ? "absent" : "invalid";
}

/** Retry-After in seconds; a date, nonsense or nothing at all is as good as the usual wait. */
function secondsOf(retryAfter: string | undefined): number {
  const seconds = Math.ceil(Number(retryAfter ?? Number.NaN));
  return seconds >= 1 ? Math.min(seconds, MAX_RETRY_AFTER_SECONDS) : RETRY_AFTER_SECONDS;
}

async function fetchModelFacts(url: string, timeoutSeconds: number) {
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  const { status, body } = await askForJson(url, { signal });
  return status === 200 && Value.Check(ModelFacts, body) ? body : undefined;
}

/** Asks again when the facts are old; keeps the last ones while the API can't be reached. */
function remembered(
  load: (timeoutSeconds: number) => Promise<ModelFacts | undefined>,
  { fresh, timeout }: { fresh: number; timeout: number },
) {
  let facts: ModelFacts | undefined;
  let askedAt = -Infinity;
  return async () => {
    if (performance.now() - askedAt < fresh * 1000) return facts;
    askedAt = performance.now();
    facts = (await load(timeout).catch(() => undefined)) ?? facts;
    return facts;
  };
}

function shorten(body: unknown): string {
  return (JSON.stringify(body) ?? "no body").slice(0, 300);
}
