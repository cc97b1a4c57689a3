// One of our own images for a test: that of any stack on the engine which is of the same source, else one of the test's own.
import { buildImage } from "../../cli/images/build";
import { finding } from "../../cli/setup/findings";
import { dockerHub, ownImageName, type OwnImageName } from "../../infra/images";
import { imageContent } from "../../infra/runtime/own-images";
import { docker } from "./docker";
import { root } from "./test-stack";

export interface OwnImage {
  name: string;
  dispose: () => Promise<unknown>;
}

export async function ownImage(image: OwnImageName): Promise<OwnImage> {
  const name = ownImageName("feedback-loop-test", image, imageContent(root, image));
  const anyStack = name.replace(/^[^/]*/, "*");
  const there = await docker("images", "--quiet", "--filter", `reference=${anyStack}`);
  const [found] = there.split("\n");
  if (found) return { name: found, dispose: () => Promise.resolve() };
  await buildImage(image, { name, registryMirror: registryMirror() });
  return { name, dispose: () => docker("rmi", "--force", name) };
}

/** Where this machine gets official images. */
export const registryMirror = (): string => finding("images")?.registryMirror ?? dockerHub;
