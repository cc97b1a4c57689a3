// What the service tells Prometheus. One registry an app, so that several can live in one process.
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Classification } from "../classifier/photo-classifier";
import type { Serving } from "../model/serving";
import { problemOf } from "./framework-problems";

/** Seconds; inference takes some 4 ms, a phone photo some 50 ms, a full queue some seconds. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WORK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
/** Probability of the answer; eleven classes can't do worse than 1/11. */
const CONFIDENCE_BUCKETS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

export class Metrics {
  readonly registry = new Registry();
  private readonly registers = [this.registry];

  private readonly requests = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the request's head to the end of the answer",
    labelNames: ["method", "route", "status"],
    buckets: REQUEST_BUCKETS,
    registers: this.registers,
  });
  private readonly decoding = new Histogram({
    name: "inference_decode_seconds",
    help: "Time a worker spent on decoding and scaling a photo",
    buckets: WORK_BUCKETS,
    registers: this.registers,
  });
  private readonly inference = new Histogram({
    name: "inference_model_seconds",
    help: "Time a worker spent on running the model on a photo",
    buckets: WORK_BUCKETS,
    registers: this.registers,
  });
  private readonly predictions = new Counter({
    name: "inference_predictions_total",
    help: "Predictions by class and model version",
    labelNames: ["class", "model_version"],
    registers: this.registers,
  });
  private readonly confidence = new Histogram({
    name: "inference_confidence",
    help: "Probability of the predicted class",
    buckets: CONFIDENCE_BUCKETS,
    registers: this.registers,
  });

  private readonly problems = new Counter({
    name: "http_problems_total",
    help: "Requests that ended in a problem, by its code; caller-gone: nobody was there to be answered",
    labelNames: ["route", "code"],
    registers: this.registers,
  });

  constructor(serving: Serving) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: "inference_queue_depth",
      help: "Photos that wait for a worker",
      registers: this.registers,
      collect() {
        this.set(serving.currentOrNone()?.waiting ?? 0);
      },
    });
    new Gauge({
      name: "inference_running",
      help: "Photos that workers are at",
      registers: this.registers,
      collect() {
        this.set(serving.currentOrNone()?.running ?? 0);
      },
    });
    new Gauge({
      name: "inference_model_loaded",
      help: "1 while a model answers, by its version",
      labelNames: ["model_version"],
      registers: this.registers,
      collect() {
        this.reset();
        const model = serving.currentOrNone();
        if (model !== undefined) this.set({ model_version: model.model.version }, 1);
      },
    });
  }

  /** Counts every answer and every problem by method, route (not URL: those are without number) and status. */
  observeRequests(app: FastifyInstance): void {
    app.addHook("onResponse", ({ method, routeOptions }, reply, done) => {
      const labels = { method, route: routeOptions.url ?? "none", status: reply.statusCode };
      this.requests.observe(labels, reply.elapsedTime / 1000);
      done();
    });
    app.addHook("onError", (request, _reply, error, done) => {
      const { code } = problemOf(error, { bodyMiB: 0 });
      this.problems.inc({ route: request.routeOptions.url ?? "none", code });
      done();
    });
  }

  observeClassification(classification: Classification): void {
    const { prediction, decodeSeconds, inferenceSeconds } = classification;
    this.decoding.observe(decodeSeconds);
    this.inference.observe(inferenceSeconds);
    this.confidence.observe(prediction.probability);
    this.predictions.inc({
      class: prediction.prediction,
      model_version: prediction.modelVersion,
    });
  }
}
