// A server of the stack's own in an OpenStack project: found by everybody under its floating IP, reached through a security
// group of its own, and with a volume for what must outlive it.
import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config";
import {
  type StackMarks,
  cloudNameOf,
  descriptionOf,
  metadataOf,
  tagsOf,
  volumeNameOf,
} from "../openstack/marks";
import type { AccessRule } from "./cloud-access";

export interface OpenStackServerArgs {
  config: Config;
  stack: string;
  /** Whose stack it is (infra/runtime/owner.ts). */
  owner: pulumi.Output<string>;
  access: readonly AccessRule[];
  /** That the server lets in. */
  publicKey: string;
  userData: string;
}

export class OpenStackServer extends pulumi.ComponentResource {
  /** The stack's name in the cloud, and that of everything there. */
  readonly cloudName: string;
  readonly instance: openstack.compute.Instance;
  /** The floating IP. */
  readonly address: pulumi.Output<string>;
  /** Id of the volume for data, once the server has it; undefined where there is none. */
  readonly dataVolumeId?: pulumi.Output<string>;
  private readonly child: pulumi.CustomResourceOptions;
  private readonly marks: pulumi.Output<StackMarks>;

  constructor(
    name: string,
    private readonly args: OpenStackServerArgs,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    super("feedback-loop:host:OpenStackServer", name, {}, opts);
    const { config, stack, owner } = args;
    this.cloudName = cloudNameOf(stack, config.suffix);
    const { cloudName } = this;
    this.marks = owner.apply((known) => ({ cloudName, owner: known, expires: config.leaseEnd }));
    const provider = new openstack.Provider(
      `${name}-cloud`,
      { cloud: config.openstack.cloud },
      { parent: this },
    );
    this.child = { parent: this, provider };
    const port = this.port(name, this.securityGroup(name));
    const [address, reachable] = this.floatingIp(name, port);
    this.address = address;
    this.instance = this.server(name, port, reachable);
    this.dataVolumeId = this.dataVolume(name);
    this.registerOutputs();
  }

  /** Never one of the project's, which others use. The rules for the way out are there from its creation. */
  private securityGroup(name: string): openstack.networking.SecGroup {
    const group = new openstack.networking.SecGroup(
      `${name}-access`,
      { name: this.cloudName, ...this.neutronMarks() },
      this.child,
    );
    for (const { name: rule, what, port, cidr } of this.args.access)
      new openstack.networking.SecGroupRule(
        rule,
        {
          securityGroupId: group.id,
          description: what,
          direction: "ingress",
          ethertype: "IPv4",
          protocol: "tcp",
          portRangeMin: port,
          portRangeMax: port,
          remoteIpPrefix: cidr,
        },
        this.child,
      );
    return group;
  }

  /** Of its own, since groups on a port stay with it, and the floating IP with the port, when the server is replaced. */
  private port(name: string, group: openstack.networking.SecGroup): openstack.networking.Port {
    const { network } = this.args.config.openstack;
    return new openstack.networking.Port(
      `${name}-port`,
      {
        name: this.cloudName,
        networkId: openstack.networking.getNetworkOutput({ name: network }, this.child).id,
        securityGroupIds: [group.id],
        adminStateUp: true,
        ...this.neutronMarks(),
      },
      this.child,
    );
  }

  /** One that the project holds is only borrowed, and carries no mark of ours. */
  private floatingIp(
    name: string,
    port: openstack.networking.Port,
  ): [address: pulumi.Output<string>, there: pulumi.Resource] {
    const { floatingIp, floatingIpPool } = this.args.config.openstack;
    if (floatingIp !== "") {
      const borrowed = new openstack.networking.FloatingIpAssociate(
        `${name}-address`,
        { floatingIp, portId: port.id },
        this.child,
      );
      return [borrowed.floatingIp, borrowed];
    }
    const own = new openstack.networking.FloatingIp(
      `${name}-address`,
      { pool: floatingIpPool, portId: port.id, ...this.neutronMarks() },
      this.child,
    );
    return [own.address, own];
  }

  private server(
    name: string,
    port: openstack.networking.Port,
    reachable: pulumi.Resource,
  ): openstack.compute.Instance {
    const { publicKey, userData, config } = this.args;
    const { reservationId, flavor, image, availabilityZone, generation } = config.openstack;
    const keypair = new openstack.compute.Keypair(
      `${name}-key`,
      { name: this.cloudName, publicKey },
      { ...this.child, deleteBeforeReplace: true },
    );
    const found = openstack.images.getImageOutput({ name: image, mostRecent: true }, this.child);
    return new openstack.compute.Instance(
      `${name}-server`,
      {
        name: this.cloudName,
        ...(reservationId === "" ? { flavorName: flavor } : { flavorId: reservationId }),
        ...(availabilityZone !== "" && { availabilityZone }),
        imageId: found.id,
        // By name and not as an output: a server goes on with the key of its first boot when the pair is made anew.
        keyPair: this.cloudName,
        networks: [{ port: port.id }],
        userData,
        metadata: this.marks.apply(metadataOf),
        // The stores close their files.
        stopBeforeDestroy: true,
      },
      {
        ...this.child,
        // Without an address left to be had, no server is begun.
        dependsOn: [keypair, reachable],
        // One port and one reservation can't serve two.
        deleteBeforeReplace: true,
        // OpenStack would resize it in place, which a reservation doesn't allow.
        replaceOnChanges: ["flavorId", "flavorName"],
        // Images are published anew under their names, and every release may have other user data: neither is a reason to
        // lose a server. One that is replaced for another reason gets both as they are by then.
        ignoreChanges: ["imageId", "userData"],
        replacementTrigger: generation,
      },
    );
  }

  private dataVolume(name: string): pulumi.Output<string> | undefined {
    const { sizeGiB, id } = this.args.config.dataVolume;
    if (sizeGiB === 0 && id === "") return undefined;
    const attachment = new openstack.compute.VolumeAttach(
      `${name}-data`,
      {
        instanceId: this.instance.id,
        volumeId: id === "" ? this.ownVolume(name).id : id,
      },
      // The cloud takes it off a server that goes; a disk in use can't be taken off one that stays.
      { ...this.child, deleteBeforeReplace: true, deletedWith: this.instance },
    );
    return attachment.volumeId;
  }

  private ownVolume(name: string): openstack.blockstorage.Volume {
    const { sizeGiB, type, keep } = this.args.config.dataVolume;
    const marks = this.marks.apply((known) => metadataOf({ ...known, keep: keep === "yes" }));
    return new openstack.blockstorage.Volume(
      `${name}-volume`,
      {
        name: volumeNameOf(this.cloudName),
        size: sizeGiB,
        enableOnlineResize: true,
        ...(type !== "" && { volumeType: type }),
        metadata: marks,
      },
      { ...this.child, retainOnDelete: keep === "yes" },
    );
  }

  /** At its creation a thing gets its description only; tags are written by a second call. */
  private neutronMarks() {
    return { description: this.marks.apply(descriptionOf), tags: this.marks.apply(tagsOf) };
  }
}
