// Where containers run: a Docker endpoint with an address, whatever machine is behind it.
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

export interface Host {
  /** The endpoint; every Docker resource is given it explicitly. */
  provider: docker.Provider;
  /** What people's browsers call the host. */
  address: pulumi.Input<string>;
  /** The host's own address that published ports are bound to. */
  bindAddress: string;
  /** Options of every resource on the host: what ties them to the machine that they are on. */
  resourceOptions: pulumi.CustomResourceOptions;
  /** Ends names by which the provider deletes: another one for each machine that takes the place of the last. */
  instance: pulumi.Input<string>;
  /** Folder of a disk that outlives the host, with one for each volume that holds data; undefined where there is none. */
  dataFolder?: pulumi.Input<string>;
  /** A shell command on the host that fails the deployment when it fails, and is tried again by the next. */
  run(
    name: string,
    command: HostCommand,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.CustomResource;
}

export interface HostCommand {
  /** Run when first seen and whenever it, its stdin or its triggers change. */
  script: pulumi.Input<string>;
  /** Where secrets go: never into the script, which logs and process lists show. */
  stdin: pulumi.Input<string>;
  triggers: pulumi.Input<string>[];
  /** Run when the command goes, or before it is run anew; a host that doesn't answer has nothing left to be undone. */
  undo?: string;
}
