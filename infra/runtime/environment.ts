// References in a spec become values: addresses by name, secrets from the stack's credentials.
import * as pulumi from "@pulumi/pulumi";
import type { Config, EndpointName } from "../config";
import type { Credentials } from "../credentials";
import { publicHost, publicUrlOf } from "../public-url";
import type { Catalogue } from "../services/catalogue";
import { type Reference, referencesIn, textOf } from "../services/env-value";
import type { ContainerSpec, Port } from "../services/service-spec";

export interface Surroundings {
  catalogue: Catalogue;
  credentials: Pick<Credentials, "resolve">;
  config: Config;
  /** The host's. */
  address: pulumi.Input<string>;
}

/** `NAME=value` lines, sorted by name; secret, because some values are. */
export function environment(
  spec: ContainerSpec,
  surroundings: Surroundings,
): pulumi.Output<string[]> {
  const names = Object.keys(spec.env).sort();
  const references = names.flatMap((name) => referencesIn(spec.env[name]!));
  const values = pulumi.all(references.map((reference) => resolve(reference, surroundings)));
  return pulumi.secret(
    values.apply((resolved) => {
      const valueOf = new Map(references.map((reference, at) => [reference, resolved[at]!]));
      return names.map(
        (name) => `${name}=${textOf(spec.env[name]!, (reference) => valueOf.get(reference)!)}`,
      );
    }),
  );
}

/** Address of a service for other containers of the stack: its first port speaks HTTP there. */
export function internalUrl(service: string, catalogue: Catalogue): string {
  const spec = catalogue.find(({ name }) => name === service);
  const port = spec?.kind === "service" ? spec.ports[0] : undefined;
  if (!port) throw new Error(`no service "${service}" with a port in the catalogue`);
  return `http://${service}:${port.number}`;
}

function resolve(
  reference: Reference,
  { catalogue, credentials, config, address }: Surroundings,
): pulumi.Input<string> {
  if ("secret" in reference) return credentials.resolve(reference);
  if ("url" in reference) return internalUrl(reference.url, catalogue);
  if ("hostAddress" in reference)
    return pulumi.output(address).apply((known) => publicHost(config, known));
  const port = portNamed(reference.publicUrl, catalogue);
  return pulumi.output(address).apply((known) => publicUrlOf(port, config, known));
}

function portNamed(endpoint: EndpointName, catalogue: Catalogue): Port {
  const port = catalogue
    .flatMap((spec) => (spec.kind === "service" ? spec.ports : []))
    .find(({ name }) => name === endpoint);
  if (!port) throw new Error(`no service of the catalogue has the endpoint "${endpoint}"`);
  return port;
}
