// The images of a stack on the host's engine: official ones pulled, our own built from the clone.
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  type ImageName,
  type OfficialImageName,
  type OwnImageName,
  officialFolder,
  officialImages,
  ownImages,
  pullName,
} from "../images";
import { type Naming, labels } from "./naming";
import { sourceHash } from "./source-hash";

export interface DockerImagesArgs {
  images: readonly ImageName[];
  /** The clone, which is the build context. */
  root: string;
  registryMirror: string;
  naming: Naming;
}

export class DockerImages extends pulumi.ComponentResource {
  private readonly byName: ReadonlyMap<ImageName, docker.RemoteImage>;

  constructor(name: string, args: DockerImagesArgs, opts: pulumi.ComponentResourceOptions) {
    super("feedback-loop:runtime:DockerImages", name, {}, opts);
    this.byName = new Map(
      args.images.map((image) => [
        image,
        isOfficial(image) ? pulled(image, args, this) : built(image, args, this),
      ]),
    );
    this.registerOutputs();
  }

  /** Content id of an image, which changes exactly when the image does. */
  id(name: ImageName): pulumi.Output<string> {
    const image = this.byName.get(name);
    if (!image) throw new Error(`image "${name}" is not among those of the stack`);
    return image.imageId;
  }

  /** What runs: the digest that was pulled, or the id of the image that was built. */
  output(): pulumi.Output<Record<string, string>> {
    const digests = [...this.byName].map(([name, { repoDigest, imageId }]) =>
      pulumi
        .all([repoDigest, imageId])
        .apply(([digest, id]): [string, string] => [name, digest || id]),
    );
    return pulumi.all(digests).apply(Object.fromEntries) as pulumi.Output<Record<string, string>>;
  }
}

const isOfficial = (image: ImageName): image is OfficialImageName => image in officialImages;

/** Other stacks and people use official images too: a destroy leaves them on the engine. */
function pulled(
  image: OfficialImageName,
  { registryMirror }: DockerImagesArgs,
  parent: pulumi.Resource,
): docker.RemoteImage {
  const name = pullName(image, registryMirror);
  return new docker.RemoteImage(image, { name, keepLocally: true }, { parent });
}

function built(
  image: OwnImageName,
  { root, registryMirror, naming }: DockerImagesArgs,
  parent: pulumi.Resource,
): docker.RemoteImage {
  const { dockerfile, sources } = ownImages[image];
  const content = sourceHash(root, sources);
  return new docker.RemoteImage(
    image,
    {
      name: `${naming.prefix}/${image}:${content.slice(0, 16)}`,
      build: {
        context: root,
        // Absolute: on this path of the provider a relative one would start at the plugin's own folder.
        dockerfile: join(root, dockerfile),
        // The engine's own BuildKit, which is there on every host; the other path wants a builder of the deployer's.
        useLegacyBuilder: true,
        buildArgs: { REGISTRY: officialFolder(registryMirror) },
        labels: labels(naming),
      },
      triggers: { content },
      forceRemove: true,
    },
    { parent },
  );
}
