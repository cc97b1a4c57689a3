// One Docker network a purpose (infra/services/service-spec.ts says which).
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type NetworkName, networks } from "../services/service-spec";
import { type OwnedNaming, engineName, labelList, labels } from "./naming";

/** Without address translation a container reached from outside still can't go out by itself. */
const noWayOut = { "com.docker.network.bridge.enable_ip_masquerade": "false" };

export class DockerNetworks extends pulumi.ComponentResource {
  private readonly byName: ReadonlyMap<NetworkName, docker.Network>;

  constructor(
    name: string,
    { naming }: { naming: OwnedNaming<pulumi.Input<string>> },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("feedback-loop:runtime:DockerNetworks", name, {}, opts);
    const make = (network: NetworkName): [NetworkName, docker.Network] => [
      network,
      new docker.Network(
        network,
        {
          name: engineName(naming, network),
          internal: networks[network].internal,
          options: networks[network].internal ? {} : noWayOut,
          labels: labelList(labels(naming)),
        },
        { parent: this, deleteBeforeReplace: true },
      ),
    ];
    this.byName = new Map((Object.keys(networks) as NetworkName[]).map(make));
    this.registerOutputs();
  }

  /** Name of the network on the engine. */
  name(network: NetworkName): pulumi.Output<string> {
    return this.byName.get(network)!.name;
  }
}
