// References in a spec become values: addresses by name, secrets from the stack's credentials.
import * as pulumi from "@pulumi/pulumi";
import { type Credentials, isSecretRef } from "../credentials";
import type { Catalogue } from "../services/catalogue";
import type { ContainerSpec, EnvValue, UrlRef } from "../services/service-spec";

/** `NAME=value` lines, sorted by name; secret, because some values are. */
export function environment(
  spec: ContainerSpec,
  catalogue: Catalogue,
  credentials: Credentials,
): pulumi.Output<string[]> {
  const names = Object.keys(spec.env).sort();
  const values = names.map((name) => resolve(spec.env[name]!, catalogue, credentials));
  return pulumi.secret(
    pulumi.all(values).apply((resolved) => resolved.map((value, at) => `${names[at]}=${value}`)),
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
  value: EnvValue,
  catalogue: Catalogue,
  credentials: Credentials,
): pulumi.Input<string> {
  if (typeof value !== "object") return String(value);
  return isSecretRef(value)
    ? credentials.resolve(value)
    : internalUrl((value satisfies UrlRef).url, catalogue);
}
