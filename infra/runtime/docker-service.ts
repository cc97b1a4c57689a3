// One service of the catalogue as a container on a host, with its volumes.
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host";
import type { ServiceSpec, VolumeMount } from "../services/service-spec";
import { type Placement, containerArgs } from "./container-args";
import type { DockerNetworks } from "./docker-networks";
import { engineName, labelList, labels } from "./naming";
import { readyScript } from "./ready-script";

export interface DockerServiceArgs {
  spec: ServiceSpec;
  imageId: pulumi.Input<string>;
  /** `NAME=value`, secret. */
  env: pulumi.Output<string[]>;
  networks: DockerNetworks;
  placement: Placement;
  host: Host;
  healthTimeoutSeconds: number;
  /** What must be healthy, or have ended well, before. */
  after: pulumi.Resource[];
}

export class DockerService extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** There once the container is healthy. */
  readonly ready: pulumi.CustomResource;

  constructor(name: string, args: DockerServiceArgs, opts: pulumi.ComponentResourceOptions) {
    super("feedback-loop:runtime:DockerService", name, {}, opts);
    const { spec, placement } = args;
    this.container = new docker.Container(
      name,
      {
        ...containerArgs(spec, placement),
        image: args.imageId,
        envs: args.env,
        networksAdvanced: spec.networks.map((network) => ({
          name: args.networks.name(network),
          aliases: [spec.name],
        })),
        volumes: spec.volumes.map((volume) => ({
          containerPath: volume.path,
          volumeName: this.volume(volume, placement, args.host).name,
        })),
      },
      {
        parent: this,
        dependsOn: args.after,
        // One port, one volume: two can't run.
        deleteBeforeReplace: true,
        // The provider would change these in its state only, not in the container.
        replaceOnChanges: ["tmpfs", "init"],
        additionalSecretOutputs: ["envs"],
      },
    );
    this.ready = this.readiness(name, args);
    this.registerOutputs();
  }

  /** A command and not the provider's own waiting, which fails without a word of why. */
  private readiness(
    name: string,
    { spec, placement, host, healthTimeoutSeconds }: DockerServiceArgs,
  ) {
    const script = readyScript({
      container: engineName(placement.naming, spec.name),
      service: spec.name,
      pidsLimit: spec.pidsLimit,
      timeoutSeconds: healthTimeoutSeconds,
    });
    const triggers = [this.container.id];
    return host.run(
      `${name}-ready`,
      { script, stdin: "", triggers },
      { parent: this, dependsOn: [this.container] },
    );
  }

  private volume(
    { name, holdsData }: VolumeMount,
    { naming }: Placement,
    { dataFolder }: Host,
  ): docker.Volume {
    const onDisk = dataFolder !== undefined && holdsData ? dataFolder : undefined;
    const args = {
      name: engineName(naming, volumeName(name, onDisk !== undefined)),
      labels: labelList(labels(naming)),
      ...(onDisk !== undefined && { driverOpts: boundTo(onDisk, name) }),
    };
    return new docker.Volume(name, args, {
      parent: this,
      retainOnDelete: holdsData,
      // The provider deletes by name: after its successor was made that would be the successor.
      deleteBeforeReplace: true,
      // A volume that is adopted keeps the labels of whoever made it; replacing it for those would lose its data.
      ignoreChanges: ["labels"],
    });
  }
}

/** Under one name an engine would go on with the volume that it has, wherever that is. */
const volumeName = (name: string, isOnDisk: boolean) => (isOnDisk ? `${name}-on-disk` : name);

/** The local driver's way to a folder of the host. */
const boundTo = (folder: pulumi.Input<string>, name: string) => ({
  type: "none",
  o: "bind",
  device: pulumi.interpolate`${folder}/${name}`,
});
