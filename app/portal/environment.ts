// Every setting of the portal, with what is allowed.
import {
  EnvironmentError,
  readEnvironment,
  serviceSettings,
  type Variables,
} from "@feedback-loop/contract";
import { proxyProblems } from "@feedback-loop/web";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type Service, Services } from "./service";

const Seconds = (standard: number) =>
  Type.Integer({ minimum: 1, maximum: 3600, default: standard });

export const Environment = Type.Object({
  ...serviceSettings(8090),
  /** The services to show, as JSON: a list of `Service`. */
  SERVICES: Type.String({ minLength: 2, description: "a JSON list of services" }),
  /** From one question about a service's health to the next. */
  PROBE_EVERY_SECONDS: Seconds(10),
  /** A busy machine makes a healthy service slow. */
  PROBE_TIMEOUT_SECONDS: Seconds(8),
  /** A service that hasn't been well yet counts as starting for so long. Airflow takes minutes at its first start. */
  START_SECONDS: Seconds(300),
  /** Addresses, networks and host names whose X-Forwarded-* headers are believed, separated by commas. */
  TRUSTED_PROXIES: Type.String({ default: "" }),
  /** The code revision that /version reports. */
  REVISION: Type.Optional(Type.String()),
});
export type Settings = Omit<Static<typeof Environment>, "SERVICES"> & { services: Service[] };

/** Throws EnvironmentError. */
export function readSettings(variables: Variables): Settings {
  const { SERVICES, ...settings } = readEnvironment(Environment, variables);
  const services = parsed(SERVICES);
  const problems = [...serviceProblems(services), ...proxyProblems(settings.TRUSTED_PROXIES)];
  if (problems.length > 0) throw new EnvironmentError(problems);
  return { ...settings, services: services as Service[] };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function serviceProblems(given: unknown): string[] {
  if (!Array.isArray(given)) return ["SERVICES: given something else; allowed: a JSON list"];
  if (!Value.Check(Services, given)) {
    return [...Value.Errors(Services, given)].map(
      ({ path, message }) => `SERVICES: at ${path}: ${message.toLowerCase()}`,
    );
  }
  const names = given.map(({ name }) => name);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  return twice.map((name) => `SERVICES: "${name}" is there twice; give each service its own name`);
}
