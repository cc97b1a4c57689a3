// How our own images are made, wherever that is: on the host that runs them, or beside the deployer, for a registry.
import { type OwnImageName, officialFolder, ownImageName, ownImages } from "../images";
import type { Catalogue } from "../services/catalogue";
import { sourceHash } from "./source-hash";

export interface ImageBuild {
  /** Relative to the build context, which is the clone. */
  dockerfile: string;
  buildArgs: Readonly<Record<string, string>>;
}

export const imageBuild = (image: OwnImageName, registryMirror: string): ImageBuild => ({
  dockerfile: ownImages[image].dockerfile,
  buildArgs: { REGISTRY: officialFolder(registryMirror) },
});

/** Hash of what an image is built from in a clone. */
export const imageContent = (root: string, image: OwnImageName): string =>
  sourceHash(root, ownImages[image].sources);

/** The name by which a registry has what this clone would build. */
export const registryImageName = (root: string, imageRegistry: string, image: OwnImageName) =>
  ownImageName(imageRegistry, image, imageContent(root, image));

export const ownImageNames = Object.keys(ownImages) as OwnImageName[];

/** Those that a catalogue runs, sorted. */
export const ownImagesOf = (catalogue: Catalogue): OwnImageName[] => {
  const used = new Set<string>(catalogue.map(({ image }) => image));
  return ownImageNames.filter((image) => used.has(image)).sort();
};
