// The inference API as the frontend uses it. An answer is checked here once, so that everything that
// comes after, down to the constraints of the table, can rely on it.
import { FOOD_CLASSES, ModelFacts, Prediction, Problem } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import { askForJson, type JsonAnswer } from "./http-json";
import { InferenceUnavailable, PhotoRefused } from "./problems";

export interface Inference {
  /** Throws PhotoRefused for a photo that can't be read, InferenceUnavailable for everything else. */
  predict(photo: Buffer, mediaType: string): Promise<Prediction>;
  /** The model that answers now, or undefined while that can't be told. */
  model(): Promise<ModelFacts | undefined>;
}

export interface InferenceOptions {
  url: string;
  timeoutSeconds: number;
  /** How long facts about the model are reused, and how long a page waits for them at most. */
  modelFactsSeconds?: { fresh: number; timeout: number };
}

const RETRY_AFTER_SECONDS = 5;
/** Answers that are about the photo; any other failure is between the two services. */
const REFUSALS = [400, 413, 415, 422];

export function createInference(options: InferenceOptions): Inference {
  const base = options.url.replace(/\/$/, "");
  return {
    predict: async (photo, mediaType) =>
      interpret(await send(`${base}/predict`, photo, mediaType, options.timeoutSeconds)),
    model: remembered(
      (timeoutSeconds) => fetchModelFacts(`${base}/model`, timeoutSeconds),
      options.modelFactsSeconds ?? { fresh: 10, timeout: 1 },
    ),
  };
}

async function send(url: string, photo: Buffer, mediaType: string, timeoutSeconds: number) {
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  const ask = () => askForJson(url, { signal, photo, mediaType });
  try {
    // Once more: a kept-alive connection to a server that restarted fails at its next use. Asking
    // twice is harmless, and within the same deadline.
    return await ask().catch((error: Error) => {
      if (signal.aborted) throw error;
      return ask();
    });
  } catch (cause) {
    throw new InferenceUnavailable(RETRY_AFTER_SECONDS, { cause });
  }
}

/** The prediction in an answer of the inference API, or the error that a person should see. */
export function interpret({ status, retryAfter, body }: JsonAnswer): Prediction {
  if (status === 200 && Value.Check(Prediction, body) && isOverFoodClasses(body)) return body;
  if (REFUSALS.includes(status) && Value.Check(Problem, body)) throw new PhotoRefused(body);
  const seconds = Number(retryAfter) || RETRY_AFTER_SECONDS;
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
