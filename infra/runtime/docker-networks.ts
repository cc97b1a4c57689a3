// One Docker network a purpose (infra/services/service-spec.ts says which).
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type NetworkName, networks } from "../services/service-spec";
import { type OwnedNaming, engineName, labelList, labels } from "./naming";

/** Without address translation a container reached from outside still can't go out by itself. */
const noWayOut = { "com.docker.network.bridge.enable_ip_masquerade": "false" };

export interface DockerNetworksArgs {
  /** Those that the stack's containers join. */
  names: readonly NetworkName[];
  naming: OwnedNaming<pulumi.Input<string>>;
}

export class DockerNetworks extends pulumi.ComponentResource {
  private readonly byName: ReadonlyMap<NetworkName, docker.Network>;

  constructor(
    name: string,
    { names, naming }: DockerNetworksArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("feedback-loop:runtime:DockerNetworks", name, {}, opts);
    const make = (network: NetworkName): [NetworkName, docker.Network] => {
      const { wayIn = false, wayOut = false }: { wayIn?: boolean; wayOut?: boolean } =
        networks[network];
      const args = {
        name: engineName(naming, network),
        internal: !wayIn && !wayOut,
        options: wayIn && !wayOut ? noWayOut : {},
        labels: labelList(labels(naming)),
      };
      return [
        network,
        new docker.Network(network, args, { parent: this, deleteBeforeReplace: true }),
      ];
    };
    this.byName = new Map(names.map(make));
    this.registerOutputs();
  }

  /** Name of the network on the engine. */
  name(network: NetworkName): pulumi.Output<string> {
    const found = this.byName.get(network);
    if (!found) throw new Error(`network "${network}" is not among those of the stack`);
    return found.name;
  }
}
