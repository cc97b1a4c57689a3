// How the service is: for Docker, for people, for Prometheus.
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { ModelFacts } from "@feedback-loop/contract";
import { Type } from "@sinclair/typebox";
import { answer, commonProblems, passingProblem } from "./answers";

const Alive = Type.Object({ alive: Type.Literal(true) });
const Ready = Type.Object({
  ready: Type.Literal(true),
  modelVersion: Type.String(),
  refused: Type.Optional(
    Type.Object(
      { sha256: Type.String(), version: Type.String(), reason: Type.String() },
      { description: "The published model, where it isn't taken and the one before it answers" },
    ),
  ),
});
const Version = Type.Object({
  service: Type.String(),
  revision: Type.Union([Type.String(), Type.Null()]),
  modelVersion: Type.Union([Type.String(), Type.Null()]),
});

export interface HealthOptions {
  /** The code revision, if it is known. */
  readonly revision: string | undefined;
}

const tags = ["operation"];
const noModel = passingProblem("`no-model`: none is loaded");

export const health: FastifyPluginCallbackTypebox<HealthOptions> = (app, { revision }, done) => {
  const livez = {
    summary: "Does the process answer?",
    tags,
    response: { 200: answer(Alive, "It does"), ...commonProblems },
  };
  app.get("/livez", { schema: livez }, () => ({ alive: true as const }));

  const readyz = {
    summary: "Can photos be classified?",
    tags,
    response: { 200: answer(Ready, "A model answers"), ...commonProblems, 503: noModel },
  };
  app.get("/readyz", { schema: readyz }, () => ({
    ready: true as const,
    modelVersion: app.serving.current().model.version,
    refused: app.serving.refusal(),
  }));

  const version = {
    summary: "Which code and which model run here?",
    tags,
    response: { 200: answer(Version, "null: not known, not loaded"), ...commonProblems },
  };
  app.get("/version", { schema: version }, () => ({
    service: "inference",
    revision: revision ?? null,
    modelVersion: app.serving.currentOrNone()?.model.version ?? null,
  }));

  const model = {
    summary: "What does the model say about itself?",
    tags,
    response: { 200: answer(ModelFacts, "The model"), ...commonProblems, 503: noModel },
  };
  app.get("/model", { schema: model }, () => {
    const { model, sha256 } = app.serving.current();
    const { version, title, notice, classes, transform } = model;
    return { version, title, notice, classes: [...classes], sha256, transform };
  });

  const metrics = {
    summary: "Figures for Prometheus",
    tags,
    produces: ["text/plain"],
    response: { 200: Type.String({ description: "Prometheus' text format" }) },
  };
  app.get("/metrics", { schema: metrics }, async (_request, reply) => {
    const { registry } = app.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  done();
};
