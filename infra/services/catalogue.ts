// All that runs in a stack. A new service is one file beside this one and a line here.
import type { Config, EndpointName } from "../config";
import { frontend } from "./frontend";
import { inference } from "./inference";
import { minio } from "./minio";
import { postgres } from "./postgres";
import { provision } from "./provision";
import { publishModel } from "./publish-model";
import type { JobSpec, NetworkName, ServiceSpec } from "./service-spec";

export type Spec = ServiceSpec | JobSpec;
/** Specs in an order in which each comes after all that it waits for. */
export type Catalogue = readonly Spec[];

export function catalogue(config: Config): Catalogue {
  const specs: Spec[] = [postgres(), minio(), publishModel(), inference(), frontend(config)].map(
    (spec) => opened(spec, config.open),
  );
  return inStartOrder([...specs, provision(specs)]);
}

/** The spec with those of its ports open that the configuration opens. */
function opened(spec: Spec, open: readonly EndpointName[]): Spec {
  if (spec.kind === "job" || !spec.ports.some(({ name }) => open.includes(name))) return spec;
  return {
    ...spec,
    ports: spec.ports.map((port) =>
      open.includes(port.name) ? { ...port, open: "students" } : port,
    ),
    networks: [...new Set<NetworkName>([...spec.networks, "edge"])],
  };
}

/** Sorts by `after`; throws when a spec waits for an unknown one or two wait for each other. */
export function inStartOrder(specs: readonly Spec[]): Spec[] {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const ordered = new Set<Spec>();
  const place = (spec: Spec, waiting: readonly string[]): void => {
    if (ordered.has(spec)) return;
    if (waiting.includes(spec.name))
      throw new Error(`these wait for each other: ${[...waiting, spec.name].join(" → ")}`);
    for (const name of spec.after) {
      const before = byName.get(name);
      if (!before)
        throw new Error(`${spec.name} waits for "${name}", which is not in the catalogue`);
      place(before, [...waiting, spec.name]);
    }
    ordered.add(spec);
  };
  for (const spec of specs) place(spec, []);
  return [...ordered];
}
