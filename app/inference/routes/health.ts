// How the service is: for Docker, for people, for Prometheus.
import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { ModelFacts, Problem } from "@feedback-loop/contract";
import { Type } from "@sinclair/typebox";

const Alive = Type.Object({ alive: Type.Literal(true) });
const Ready = Type.Object({ ready: Type.Literal(true), modelVersion: Type.String() });
const Version = Type.Object({
  service: Type.String(),
  revision: Type.Union([Type.String(), Type.Null()]),
  modelVersion: Type.Union([Type.String(), Type.Null()]),
});

export interface HealthOptions {
  /** The code revision, if it is known. */
  readonly revision: string | undefined;
}

export const health: FastifyPluginCallbackTypebox<HealthOptions> = (app, { revision }, done) => {
  app.get("/livez", { schema: { response: { 200: Alive } } }, () => ({
    alive: true as const,
  }));

  app.get("/readyz", { schema: { response: { 200: Ready, 503: Problem } } }, () => ({
    ready: true as const,
    modelVersion: app.serving.current().model.version,
  }));

  app.get("/version", { schema: { response: { 200: Version } } }, () => ({
    service: "inference",
    revision: revision ?? null,
    modelVersion: app.serving.currentOrNone()?.model.version ?? null,
  }));

  app.get("/model", { schema: { response: { 200: ModelFacts, 503: Problem } } }, () => {
    const { version, title, notice, classes } = app.serving.current().model;
    return { version, title, notice, classes: [...classes] };
  });

  app.get("/metrics", async (_request, reply) => {
    const { registry } = app.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  done();
};
