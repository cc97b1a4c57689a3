// Between a spec and the program that it starts: every setting that the spec gives is one that the program knows and
// accepts, and none that the program needs is left out. A name changed on one side only fails here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readEnvironment } from "@feedback-loop/contract";
import { ProvisionPlan } from "@feedback-loop/provision";
import type { TObject } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { Environment as FrontendEnvironment, readSettings } from "../app/frontend/environment";
import { InferenceEnvironment } from "../app/inference/environment";
import {
  Environment as PortalEnvironment,
  readSettings as readPortalSettings,
} from "../app/portal/environment";
import { Environment as ProvisionEnvironment } from "../app/provision/environment";
import { readConfig } from "../infra/config";
import { internalUrl } from "../infra/runtime/environment";
import { type Catalogue, catalogue } from "../infra/services/catalogue";
import { type Reference, textOf } from "../infra/services/env-value";

/** The programs of this repository in TypeScript; the others of the catalogue are not ours or in Python. */
const schemas: Record<string, TObject> = {
  frontend: FrontendEnvironment,
  inference: InferenceEnvironment,
  portal: PortalEnvironment,
  provision: ProvisionEnvironment,
};
const inPython = ["jupyter", "label-studio", "label-studio-project", "publish-model", "trainer"];
const notOurs = ["airflow-api", "airflow-dag-processor", "airflow-migrate", "airflow-scheduler"];
const configuredByText = ["gateway", "minio", "postgres"];

/** Reads all settings as the program does when it starts. */
function start(name: string, variables: Record<string, string>): unknown {
  if (name === "frontend") return readSettings(variables);
  if (name === "portal") return readPortalSettings(variables);
  return readEnvironment(schemas[name]!, variables);
}

/** What the configuration allows must be allowed by the services too: its defaults, and both of its ends. */
const configurations = {
  "the defaults": {},
  "the smallest values": {
    outboxLimitMiB: "16",
    uploadsPerMinute: '{"session":1,"address":1}',
  },
  "the largest values": {
    outboxLimitMiB: "102400",
    uploadsPerMinute: '{"session":100000,"address":100000}',
  },
};

/** As the deployment resolves it, with a password like those that infra/credentials.ts generates. */
function resolved(reference: Reference, specs: Catalogue): string {
  if ("url" in reference) return internalUrl(reference.url, specs);
  if ("secret" in reference)
    return reference.secret.endsWith(".password") ? "p".repeat(32) : "somebody";
  return "hostAddress" in reference ? "10.0.0.5" : "https://10.0.0.5:8080";
}

function variablesOf(name: string, specs: Catalogue): Record<string, string> {
  const { env } = specs.find((spec) => spec.name === name)!;
  const pairs = Object.entries(env).map(([key, value]) => [
    key,
    textOf(value, (reference) => resolved(reference, specs)),
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** The variables that a provision job's own plan names beside its schema. */
function namedByPlan({ PLAN }: Record<string, string>): string[] {
  if (PLAN === undefined) return [];
  const { roles, users } = Value.Parse(ProvisionPlan, JSON.parse(PLAN));
  return [...roles, ...users].map(({ passwordVariable }) => passwordVariable);
}

const specs = catalogue(readConfig({}));

describe("the environment of each spec", () => {
  it("is held against a program's schema, or the program isn't ours", () => {
    const known = [...Object.keys(schemas), ...inPython, ...notOurs, ...configuredByText];
    expect(specs.map(({ name }) => name).sort()).toEqual(known.sort());
  });

  describe.each(Object.entries(configurations))("with %s", (_, raw) => {
    const configured = catalogue(readConfig(raw));

    it.each(Object.keys(schemas))("starts %s", (name) => {
      expect(() => start(name, variablesOf(name, configured))).not.toThrow();
    });
  });

  it.each(Object.entries(schemas))("tells %s nothing that it doesn't know", (name, schema) => {
    const variables = variablesOf(name, specs);
    const known = [...Object.keys(schema.properties), ...namedByPlan(variables)];
    expect(Object.keys(variables).filter((variable) => !known.includes(variable))).toEqual([]);
  });

  it("holds a password for each role and user of the provision plan", () => {
    const variables = variablesOf("provision", specs);
    const named = namedByPlan(variables);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((variable) => !variables[variable])).toEqual([]);
  });

  // Its settings are read by code, not by a schema: the names in that code are what can be compared here.
  it("has just the names that the publishing program reads", () => {
    const settings = readFileSync(join(__dirname, "../app/model/publish/settings.py"), "utf8");
    const read = [...settings.matchAll(/"([A-Z]+(?:_[A-Z]+)+)"/g)].map(([, name]) => name!);
    expect([...new Set(read)].sort()).toEqual(
      Object.keys(variablesOf("publish-model", specs)).sort(),
    );
  });
});
