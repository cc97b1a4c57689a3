// All that runs in a stack. A new service is one file beside this one and a line here.
import type { Config, EndpointName } from "../config";
import { airflow } from "./airflow";
import { frontend } from "./frontend";
import { gateway } from "./gateway";
import { inference } from "./inference";
import { jupyter } from "./jupyter";
import { labelStudio, labelStudioProject } from "./label-studio";
import { minio } from "./minio";
import { portal } from "./portal";
import { postgres } from "./postgres";
import { provision } from "./provision";
import { publishModel } from "./publish-model";
import type { JobSpec, NetworkName, Port, ServiceSpec } from "./service-spec";
import { networks } from "./service-spec";
import { trainer } from "./trainer";

export type Spec = ServiceSpec | JobSpec;
/** Specs in an order in which each comes after all that it waits for. */
export type Catalogue = readonly Spec[];

export function catalogue(config: Config): Catalogue {
  const loop = [...core(config), ...components(config)].map((spec) => opened(spec, config));
  const behind = [...loop, behindGateway(portal(loop))];
  const specs = [...behind, gateway(behind, config)];
  return inStartOrder(withoutLonelyNetworks([...specs, provision(specs)]));
}

const core = (config: Config): Spec[] => [
  postgres(),
  minio(),
  publishModel(),
  inference(),
  frontend(config),
];

function components({ components: chosen }: Config): Spec[] {
  const specs = {
    labelStudio: () => [labelStudio(), labelStudioProject()],
    airflow: () => [...airflow(chosen), trainer()],
    jupyter: () => [jupyter()],
  };
  return chosen.flatMap((name): Spec[] => specs[name]());
}

/** The spec with those of its ports open that the configuration opens, where the gateway reaches them, or published. */
function opened(spec: Spec, { open, ports }: Pick<Config, "open" | "ports">): Spec {
  if (spec.kind === "job") return spec;
  const wanted = ({ name }: Port) => open.includes(name);
  const reopened = {
    ...spec,
    ports: spec.ports.map((port): Port => (wanted(port) ? { ...port, open: "students" } : port)),
  };
  return behindGateway(published(reopened, ports));
}

const isOpen = ({ open }: Port) => open === "students";

/** What doesn't speak HTTP publishes its open ports itself. */
function published(spec: ServiceSpec, hostPorts: Record<EndpointName, number>): ServiceSpec {
  const own = spec.ports.filter((port) => isOpen(port) && port.protocol !== "http");
  if (own.length === 0) return spec;
  return {
    ...spec,
    published: own.map(({ name, number }) => ({ host: hostPorts[name], container: number })),
    networks: joined(spec, "edge"),
  };
}

/** On a network with the gateway: `web`, or one of the service's own choice. */
function behindGateway(spec: ServiceSpec): ServiceSpec {
  const isWeb = spec.ports.some((port) => isOpen(port) && port.protocol === "http");
  if (!isWeb || spec.networks.includes("notebook-web")) return spec;
  return { ...spec, networks: joined(spec, "web") };
}

const joined = (spec: ServiceSpec, network: NetworkName): NetworkName[] => [
  ...new Set([...spec.networks, network]),
];

/** A network is for meeting others, unless it has a way in or out: none is made for a single container. */
function withoutLonelyNetworks(specs: readonly Spec[]): Spec[] {
  const members = (network: NetworkName) =>
    specs.filter((spec) => spec.networks.includes(network)).length;
  const isUseful = (network: NetworkName) =>
    members(network) > 1 || Object.keys(networks[network]).length > 0;
  return specs.map((spec) => ({ ...spec, networks: spec.networks.filter(isUseful) }));
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
