// What a deployment takes of the machine that it goes to.
import type { Config } from "../config";
import { pullName } from "../images";
import { ownImageNames, registryImageName } from "../runtime/own-images";
import type { Catalogue } from "../services/catalogue";

export interface HostNeeds {
  stack: string;
  memoryMiB: number;
  freeMiB: number;
  /** Port by endpoint. */
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
  const open = catalogue
    .flatMap((spec) => (spec.kind === "service" ? spec.ports : []))
    .filter(({ open }) => open === "students");
  return {
    stack,
    memoryMiB: memoryMiB(catalogue),
    freeMiB: freeMiB(config),
    ports: Object.fromEntries(open.map(({ name }) => [name, config.ports[name]])),
    bindAddress,
    registry: registryMirror,
    officialImage: pullName("postgres", registryMirror),
    ownImages:
      imageRegistry === ""
        ? []
        : ownImageNames.map((image) => registryImageName(root, imageRegistry, image)),
  };
}

/** Measured: images, and what building them leaves in the engine's cache. */
const builtMiB = 7000;
const pulledMiB = 3000;
/** The engine and the system around the containers. */
const systemMiB = 512;

/** Room on the disk of Docker's data, before anything is there. */
const freeMiB = ({ imageRegistry }: Pick<Config, "imageRegistry">): number =>
  imageRegistry === "" ? builtMiB : pulledMiB;

/** Memory of the whole machine: what all services may fill together, beside the largest job. */
function memoryMiB(catalogue: Catalogue): number {
  const of = (kind: "service" | "job") =>
    catalogue.filter((spec) => spec.kind === kind).map((spec) => spec.memoryMiB);
  const services = of("service").reduce((sum, one) => sum + one, 0);
  return services + Math.max(0, ...of("job")) + systemMiB;
}
