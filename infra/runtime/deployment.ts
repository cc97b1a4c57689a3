// Turns a catalogue into Docker resources on a host, each started when what it waits for is ready.
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Config } from "../config";
import { Credentials } from "../credentials";
import type { Host } from "../host/host";
import type { ImageName } from "../images";
import type { Catalogue, Spec } from "../services/catalogue";
import type { NetworkName } from "../services/service-spec";
import { DockerImages } from "./docker-images";
import { DockerJob } from "./docker-job";
import { DockerNetworks } from "./docker-networks";
import { DockerService } from "./docker-service";
import { environment } from "./environment";
import type { Naming, OwnedNaming } from "./naming";
import { stackOwner } from "./owner";

export interface DeploymentArgs {
  catalogue: Catalogue;
  config: Config;
  host: Host;
  naming: Naming;
  /** The clone: our own images are built from it. */
  root: string;
  /** Whose stack it is, where something was marked with it before; left out, it is found here (runtime/owner.ts). */
  owner?: pulumi.Output<string>;
}

export class Deployment extends pulumi.ComponentResource {
  readonly credentials: Credentials;
  readonly images: DockerImages;
  private readonly naming: OwnedNaming<pulumi.Output<string>>;
  private readonly networks: DockerNetworks;
  private readonly containers = new Map<string, docker.Container>();
  /** Names of the services and jobs that each one comes after, directly or not. */
  private readonly before = new Map<string, ReadonlySet<string>>();
  private readonly ready = new Map<string, pulumi.Resource>();

  constructor(
    name: string,
    private readonly args: DeploymentArgs,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    super("feedback-loop:runtime:Deployment", name, {}, opts);
    const { catalogue, config, host, root } = args;
    const generator = new random.Provider(`${name}-random`, {}, { parent: this });
    const owner = args.owner ?? stackOwner(root, { parent: this, provider: generator });
    const naming = { ...args.naming, owner };
    this.naming = naming;
    const onHost = {
      parent: this,
      providers: [host.provider],
      transformations: [withOptions(host.resourceOptions)],
    };
    this.credentials = new Credentials(
      "credentials",
      { catalogue },
      { parent: this, providers: [generator] },
    );
    this.images = new DockerImages(
      "images",
      {
        images: imagesOf(catalogue),
        root,
        registryMirror: config.registryMirror,
        imageRegistry: config.imageRegistry,
        instance: host.instance,
        naming,
      },
      onHost,
    );
    this.networks = new DockerNetworks(
      "networks",
      { names: networksOf(catalogue), naming },
      onHost,
    );
    for (const spec of catalogue) this.deploy(spec, onHost);
    this.registerOutputs();
  }

  private deploy(spec: Spec, opts: pulumi.ComponentResourceOptions): void {
    const { naming } = this;
    const { catalogue, config, host } = this.args;
    const { cgroupParent, healthTimeoutSeconds } = config;
    const { address } = host;
    const shared = {
      imageId: this.images.id(spec.image),
      env: environment(spec, { catalogue, credentials: this.credentials, config, address }),
      networks: this.networks,
      host,
      after: spec.after.map((name) => this.ready.get(name)!),
    };
    const before = this.allBefore(spec);
    if (spec.kind === "job") {
      const triggers = [...before].flatMap((name) => this.containers.get(name)?.id ?? []);
      const args = { ...shared, spec, naming, cgroupParent, triggers };
      this.ready.set(spec.name, new DockerJob(spec.name, args, opts).command);
      return;
    }
    const placement = { naming, bindAddress: host.bindAddress, cgroupParent };
    const args = { ...shared, spec, placement, healthTimeoutSeconds };
    const service = new DockerService(spec.name, args, opts);
    this.containers.set(spec.name, service.container);
    this.ready.set(spec.name, service.ready);
  }

  /** Sorted, so that the order of a catalogue is no change. The catalogue's order makes all of them known by now. */
  private allBefore({ name, after }: Spec): ReadonlySet<string> {
    const all = new Set(after.flatMap((one) => [one, ...this.before.get(one)!]).sort());
    this.before.set(name, all);
    return all;
  }
}

/** Adds options to every resource below that isn't a component. */
const withOptions =
  (added: pulumi.CustomResourceOptions): pulumi.ResourceTransformation =>
  ({ type, props, opts }) =>
    type.startsWith("feedback-loop:") ? undefined : { props, opts: { ...opts, ...added } };

const networksOf = (catalogue: Catalogue): NetworkName[] =>
  [...new Set(catalogue.flatMap(({ networks }) => networks))].sort();

const imagesOf = (catalogue: Catalogue): ImageName[] =>
  [...new Set(catalogue.map(({ image }) => image))].sort();
