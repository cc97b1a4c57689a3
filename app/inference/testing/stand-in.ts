// The app behind real HTTP with a stand-in for who classifies, for tests of the HTTP layer.
import { Writable } from "node:stream";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../app";
import type { Classification, PhotoClassifier } from "../classifier/photo-classifier";
import { predictionOf } from "../classifier/prediction";
import { NoModel } from "../errors";
import { Transform } from "../model/description";
import type { Refusal, Serving } from "../model/serving";
import { goodMetadata } from "./onnx-file";

export const TOKEN = "the token of our own services";
export const photo = Buffer.from("the bytes of a photo");
export const transform = Value.Decode(Transform, JSON.parse(goodMetadata.transform));

const logits = Float32Array.from({ length: 11 }, (_, index) => (index === 3 ? 2 : 0));
export const classification: Classification = {
  prediction: predictionOf(logits, { classes: FOOD_CLASSES, version: "0123456789ab" }),
  decodeSeconds: 0.002,
  inferenceSeconds: 0.004,
};

/** What a test sees of the service, and what it changes of the stand-in. */
export interface StandIn {
  readonly app: FastifyInstance;
  readonly origin: string;
  /** Photos that came to be classified. */
  readonly received: Uint8Array[];
  /** Its log so far. */
  logged: string;
  classify: PhotoClassifier["classify"];
  /** None: no model is loaded. */
  model: PhotoClassifier | undefined;
  refusal: Refusal | undefined;
}

/** Bodies may have up to 10,485 bytes, and take as much together. */
export async function startStandIn(): Promise<StandIn> {
  const received: Uint8Array[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      service.logged += chunk.toString();
      done();
    },
  });
  const app = buildApp({
    serving: servingOf(() => service),
    bodyLimitMiB: 0.01,
    bodiesMemoryMiB: 0.01,
    requestTimeoutSeconds: 60,
    closeWithinSeconds: 0.2,
    internalToken: TOKEN,
    revision: "abc123",
    logger: { level: "info", stream },
  });
  const service: StandIn = {
    app,
    origin: "",
    received,
    logged: "",
    classify(bytes) {
      received.push(bytes);
      return Promise.resolve(classification);
    },
    model: modelOf(() => service),
    refusal: undefined,
  };
  const origin = await app.listen({ host: "127.0.0.1", port: 0 });
  return Object.assign(service, { origin, logged: "" });
}

function servingOf(service: () => StandIn): Serving {
  const serving: Partial<Serving> = {
    current() {
      const { model } = service();
      if (model === undefined) throw new NoModel("the store is down.", 5);
      return model;
    },
    currentOrNone: () => service().model,
    refusal: () => service().refusal,
  };
  return serving as Serving;
}

const modelOf = (service: () => StandIn): PhotoClassifier => ({
  model: {
    version: "0123456789ab",
    title: "Test model",
    notice: "Knows nothing.",
    classes: FOOD_CLASSES,
    transform,
  },
  sha256: "5".repeat(64),
  waiting: 5,
  running: 2,
  classify: (bytes, options) => service().classify(bytes, options),
  close: () => Promise.resolve(),
});

export interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer<ArrayBuffer>;
}

/** The service's answer, which must be JSON. */
export async function answerOf(
  { origin }: StandIn,
  { method = "POST", path = "/predict", headers, body }: Sent,
) {
  const response = await fetch(`${origin}${path}`, { method, headers, body });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body: answer };
}

export const picture = (type: string, body: Buffer<ArrayBuffer> = photo): Sent => ({
  headers: { "content-type": type },
  body,
});
