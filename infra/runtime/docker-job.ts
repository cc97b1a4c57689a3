// One job of the catalogue: a container that runs on a host until it ends, and leaves nothing there.
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host";
import type { JobSpec } from "../services/service-spec";
import { jobScript } from "./container-args";
import type { DockerNetworks } from "./docker-networks";
import type { OwnedNaming } from "./naming";

export interface DockerJobArgs {
  spec: JobSpec;
  imageId: pulumi.Output<string>;
  /** `NAME=value`, secret. */
  env: pulumi.Output<string[]>;
  networks: DockerNetworks;
  naming: OwnedNaming<pulumi.Input<string>>;
  host: Host;
  cgroupParent: string;
  /** What must be healthy, or have ended well, before. */
  after: pulumi.Resource[];
  /** Ids of the containers that the job works on: when one is new, the job runs again. */
  triggers: pulumi.Input<string>[];
}

export class DockerJob extends pulumi.ComponentResource {
  /** The provider's "run once" container would count as done even when it failed; a command doesn't. */
  readonly command: pulumi.CustomResource;

  constructor(name: string, args: DockerJobArgs, opts: pulumi.ComponentResourceOptions) {
    super("feedback-loop:runtime:DockerJob", name, {}, opts);
    const { spec, naming, host, cgroupParent } = args;
    const networks = spec.networks.map((network) => args.networks.name(network));
    const script = pulumi
      .all([args.imageId, pulumi.all(networks), naming.owner])
      .apply(([imageId, names, owner]) =>
        jobScript(spec, { naming: { ...naming, owner }, imageId, networks: names, cgroupParent }),
      );
    const stdin = args.env.apply((lines) => lines.map((line) => `${line}\n`).join(""));
    this.command = host.run(
      name,
      { script, stdin, triggers: args.triggers },
      { parent: this, dependsOn: args.after },
    );
    this.registerOutputs();
  }
}
