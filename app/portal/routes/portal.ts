// The one page, and the same for programs.
import { wantsJson } from "@feedback-loop/web";
import type { FastifyInstance } from "fastify";
import { type KnownService, portalPage, statusJson } from "../pages/portal";
import { renderPage } from "../pages/render";
import type { Watch } from "../probing/watch";
import type { Service } from "../service";

export interface PortalParts {
  services: readonly Service[];
  watch: Pick<Watch, "healthOf">;
}

export function addPortalRoutes(app: FastifyInstance, { services, watch }: PortalParts): void {
  const known = (): KnownService[] =>
    services.map((service) => ({ service, health: watch.healthOf(service.name) }));
  // Every open page asks every few seconds.
  const quiet = { logLevel: "warn" } as const;
  app.get<{ Querystring: { reload?: unknown } }>("/", quiet, (request, reply) => {
    reply.header("cache-control", "no-store").header("vary", "accept");
    if (wantsJson(request)) return reply.send(statusJson(known()));
    const page = portalPage(known(), new Date(), request.query.reload !== "no");
    return reply.type("text/html; charset=utf-8").send(renderPage("portal", page));
  });
  app.get("/status.json", quiet, (_request, reply) =>
    reply.header("cache-control", "no-store").send(statusJson(known())),
  );
}
