// The images of a stack on the host's engine: official ones pulled, our own built from the clone.
import { join, relative } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  type ImageName,
  type OfficialImageName,
  type OwnImageName,
  officialImages,
  ownImageName,
  pullName,
} from "../images";
import { type OwnedNaming, labels } from "./naming";
import { imageBuild, imageContent, registryImageName } from "./own-images";

export interface DockerImagesArgs {
  images: readonly ImageName[];
  /** The clone, which is the build context. */
  root: string;
  registryMirror: string;
  /** Where our own images are pulled from; empty: they are built. */
  imageRegistry: string;
  /** Ends the names of images that are built (infra/host/host.ts). */
  instance: pulumi.Input<string>;
  naming: OwnedNaming<pulumi.Input<string>>;
}

export class DockerImages extends pulumi.ComponentResource {
  private readonly byName: ReadonlyMap<ImageName, docker.RemoteImage>;

  constructor(name: string, args: DockerImagesArgs, opts: pulumi.ComponentResourceOptions) {
    super("feedback-loop:runtime:DockerImages", name, {}, opts);
    this.byName = new Map(
      args.images.map((image) => [
        image,
        isOfficial(image) ? pulled(image, args, this) : own(image, args, this),
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

/** Named by what it is made of, wherever that happens: another image has another name. */
function own(
  image: OwnImageName,
  args: DockerImagesArgs,
  parent: pulumi.Resource,
): docker.RemoteImage {
  const { root, imageRegistry } = args;
  if (imageRegistry === "") return built(image, args, parent);
  const name = registryImageName(root, imageRegistry, image);
  // Kept like official ones: others may use it, and deleting by name would hit it on a machine that was replaced.
  return new docker.RemoteImage(image, { name, keepLocally: true }, { parent });
}

function built(
  image: OwnImageName,
  { root, registryMirror, instance, naming }: DockerImagesArgs,
  parent: pulumi.Resource,
): docker.RemoteImage {
  const content = imageContent(root, image);
  const { dockerfile, buildArgs } = imageBuild(image, registryMirror);
  // Program and plugins work in the same folder of the clone (`main` in Pulumi.yaml), whichever clone that is: an absolute
  // path would be a change for everybody who shares the state.
  const context = relative(process.cwd(), root) || ".";
  return new docker.RemoteImage(
    image,
    {
      name: pulumi.interpolate`${ownImageName(naming.prefix, image, content)}${instance}`,
      build: {
        context,
        // Like the context it starts at the working folder, not at the context.
        dockerfile: join(context, dockerfile),
        // The engine's own BuildKit, which is there on every host; the other path wants a builder of the deployer's.
        useLegacyBuilder: true,
        buildArgs,
        labels: labels(naming),
      },
      triggers: { content },
      forceRemove: true,
    },
    { parent },
  );
}
