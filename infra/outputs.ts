// What a stack tells its users: where everything is, who may log in, and what runs.
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config";
import type { Host } from "./host/host";
import type { Deployment } from "./runtime/deployment";
import { publicUrlOf } from "./public-url";
import type { Catalogue } from "./services/catalogue";

export interface Endpoint {
  url: string;
  /** Name of the service in the catalogue. */
  service: string;
  summary: string;
}

export function outputs(deployment: Deployment, { catalogue, config, host }: OutputSources) {
  return {
    endpoints: pulumi
      .output(host.address)
      .apply((address) => endpoints(catalogue, config, address)),
    credentials: deployment.credentials.output(),
    images: deployment.images.output(),
  };
}

interface OutputSources {
  catalogue: Catalogue;
  config: Config;
  host: Host;
}

/** Where each open port is reached. */
export function endpoints(
  catalogue: Catalogue,
  config: Config,
  address: string,
): Record<string, Endpoint> {
  const open = catalogue.flatMap((spec) =>
    spec.kind === "service"
      ? spec.ports
          .filter((port) => port.open === "students")
          .map((port) => ({ port, service: spec.name, summary: spec.summary }))
      : [],
  );
  return Object.fromEntries(
    open.map(({ port, service, summary }) => [
      port.name,
      { url: publicUrlOf(port, config, address), service, summary },
    ]),
  );
}
