// What a deployment takes of the machine that it goes to.
import type { Config } from "../config";
import { pullName } from "../images";
import { ownImagesOf, registryImageName } from "../runtime/own-images";
import type { Catalogue } from "../services/catalogue";

export interface HostNeeds {
  stack: string;
  memoryMiB: number;
  freeMiB: number;
  /** Ports of the host that are published, by what they are for. */
  ports: Readonly<Record<string, number>>;
  /** That ports are published on. */
  bindAddress: string;
  /** Registry of official images. */
  registry: string;
  /** One of those that it must have, as the engine pulls it. */
  officialImage: string;
  /** Our own images that are pulled, not built, as the engine pulls them. */
  ownImages: readonly string[];
}

export interface Deployed {
  catalogue: Catalogue;
  config: Config;
  stack: string;
  bindAddress: string;
  /** The clone. */
  root: string;
}

export function hostNeeds({ catalogue, config, stack, bindAddress, root }: Deployed): HostNeeds {
  const { registryMirror, imageRegistry } = config;
  return {
    stack,
    memoryMiB: memoryMiB(catalogue),
    freeMiB: freeMiB(config),
    ports: publishedPorts(catalogue, config),
    bindAddress,
    registry: registryMirror,
    officialImage: pullName("postgres", registryMirror),
    ownImages:
      imageRegistry === ""
        ? []
        : ownImagesOf(catalogue).map((image) => registryImageName(root, imageRegistry, image)),
  };
}

/** Measured: images, and what building them leaves in the engine's cache. */
const builtMiB = 12_000;
const pulledMiB = 5000;
/** The engine and the system around the containers. */
const systemMiB = 512;

/** Room on the disk of Docker's data, before anything is there. */
const freeMiB = ({ imageRegistry }: Pick<Config, "imageRegistry">): number =>
  imageRegistry === "" ? builtMiB : pulledMiB;

/** Memory of the whole machine: what all services may fill together. Jobs run before what waits for them is there. */
function memoryMiB(catalogue: Catalogue): number {
  const services = catalogue.filter(({ kind }) => kind === "service");
  return services.reduce((sum, { memoryMiB }) => sum + memoryMiB, systemMiB);
}

/** By endpoint where one has that port, else by service and port. */
function publishedPorts(catalogue: Catalogue, { ports }: Config): Record<string, number> {
  const endpointAt = new Map(Object.entries(ports).map(([name, port]) => [port, name]));
  return Object.fromEntries(
    catalogue.flatMap((spec) =>
      spec.kind === "service"
        ? (spec.published ?? []).map(({ host }) => [
            endpointAt.get(host) ?? `${spec.name}-${host}`,
            host,
          ])
        : [],
    ),
  );
}
