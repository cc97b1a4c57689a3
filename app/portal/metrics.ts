// Prometheus metrics of the portal. A registry of its own for each app, so that tests don't share one.
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Watch } from "./probing/watch";

export function createMetrics(watch: Pick<Watch, "names" | "healthOf" | "onFinding">): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const probes = new Counter({
    name: "portal_probes_total",
    help: "Questions about a service's health by outcome: well, ill, unreachable",
    labelNames: ["service", "outcome"],
    registers: [registry],
  });
  watch.onFinding((service, { outcome }) => probes.inc({ service, outcome }));
  new Gauge({
    name: "portal_service_healthy",
    help: "1 for a service that is healthy, else 0",
    labelNames: ["service"],
    registers: [registry],
    collect() {
      for (const service of watch.names) {
        this.set({ service }, watch.healthOf(service).state === "healthy" ? 1 : 0);
      }
    },
  });
  return registry;
}
