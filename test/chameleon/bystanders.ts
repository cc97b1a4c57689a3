// What other people have in the same OpenStack project, which no stack may touch: one of each kind, a shared group among
// them, with names that look like a stack's.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Session } from "../../infra/openstack/session";
import { eventually } from "../support/eventually";
import type { LabCloud } from "../support/lab-cloud";

export class Bystanders {
  private readonly undo: (() => Promise<void>)[] = [];
  /** Begins as a stack's names do. */
  private readonly name = `feedback-loop-of-another-${randomBytes(4).toString("hex")}`;

  private constructor(private readonly session: Session) {}

  static async make(cloud: LabCloud, publicKeyFile: string): Promise<Bystanders> {
    const session = await cloud.login("lab");
    const bystanders = new Bystanders(session);
    await bystanders.makeGroup();
    await bystanders.makePort(cloud.network);
    await bystanders.makeKeypair(readFileSync(publicKeyFile, "utf8"));
    await bystanders.makeVolume();
    return bystanders;
  }

  async remove(): Promise<void> {
    for (const undo of this.undo.reverse()) await undo();
  }

  /** As Chameleon's `allow-*` groups, which everybody in a project uses. */
  private async makeGroup(): Promise<void> {
    const { network } = this.session;
    const { security_group } = await network.post<{ security_group: { id: string } }>(
      "/security-groups",
      { security_group: { name: `${this.name}-allow-ssh`, description: "shared" } },
    );
    this.undo.push(() => network.delete(`/security-groups/${security_group.id}`));
    await network.post("/security-group-rules", {
      security_group_rule: {
        security_group_id: security_group.id,
        direction: "ingress",
        ethertype: "IPv4",
        protocol: "tcp",
        port_range_min: 22,
        port_range_max: 22,
      },
    });
  }

  private async makePort(networkName: string): Promise<void> {
    const { network } = this.session;
    const { networks } = await network.get<{ networks: { id: string }[] }>(
      `/networks?name=${encodeURIComponent(networkName)}`,
    );
    const { port } = await network.post<{ port: { id: string } }>("/ports", {
      port: { name: this.name, network_id: networks[0]!.id },
    });
    this.undo.push(() => network.delete(`/ports/${port.id}`));
  }

  private async makeKeypair(publicKey: string): Promise<void> {
    const { compute } = this.session;
    await compute.post("/os-keypairs", {
      keypair: { name: this.name, public_key: publicKey.trim() },
    });
    this.undo.push(() => compute.delete(`/os-keypairs/${this.name}`));
  }

  private async makeVolume(): Promise<void> {
    const { volume } = this.session;
    const made = await volume.post<{ volume: { id: string } }>("/volumes", {
      volume: { name: `${this.name}-data`, size: 1 },
    });
    const path = `/volumes/${made.volume.id}`;
    this.undo.push(() => volume.delete(path));
    await eventually(async () => {
      const { status } = (await volume.get<{ volume: { status: string } }>(path)).volume;
      if (status !== "available") throw new Error(`the volume is ${status}`);
    });
  }
}
