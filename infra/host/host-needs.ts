// What a deployment takes of the machine that it goes to.
import type { Catalogue } from "../services/catalogue";

/** Measured: images, and what building them leaves in the engine's cache. */
const builtMiB = 7000;
const pulledMiB = 3000;
/** The engine and the system around the containers. */
const systemMiB = 512;

/** Room on the disk of Docker's data, before anything is there. */
export const freeMiB = ({ imageRegistry }: { imageRegistry: string }): number =>
  imageRegistry === "" ? builtMiB : pulledMiB;

/** Memory of the whole machine: what all services may fill together, beside the largest job. */
export function memoryMiB(catalogue: Catalogue): number {
  const of = (kind: "service" | "job") =>
    catalogue.filter((spec) => spec.kind === kind).map((spec) => spec.memoryMiB);
  const services = of("service").reduce((sum, one) => sum + one, 0);
  return services + Math.max(0, ...of("job")) + systemMiB;
}
