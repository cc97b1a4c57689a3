// The lab's OpenStack cloud on this machine (lab/openstack), as the project in it sees it, and what can be made to go wrong there.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { succeed } from "../../cli/processes";
import { cacheFolder } from "../../cli/paths";
import { Session } from "../../infra/openstack/session";
import { eventually } from "./eventually";
import { root } from "./test-stack";

const folder = join(cacheFolder, "openstack");
const debianPython = "/usr/bin/python3";
const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Takes a fault back. */
export type Undo = () => Promise<void>;

/** Everything that the project has, in an order of its own, without what changes by itself. */
export interface Inventory {
  servers: Thing[];
  ports: Thing[];
  /** With their rules. */
  securityGroups: Thing[];
  keypairs: Thing[];
  floatingIps: Thing[];
  volumes: Thing[];
}

export interface Thing {
  /** Of a keypair its name. */
  id: string;
  name: string;
  /** Address, ids of rules, size: by which two of them differ. */
  details: string;
}

export interface Reservation {
  leaseId: string;
  reservationId: string;
  end: Date;
}

export class LabCloud {
  /** For OS_CLIENT_CONFIG_FILE: clouds `lab`, `lab-app` (an application credential) and `lab-admin`. */
  readonly cloudsFile = join(folder, "clouds.yaml");
  /** Debian without Docker, as a cloud's own images are; the other one has it. */
  readonly imageName = "CC-Ubuntu24.04";
  readonly imageWithDocker = "CC-Ubuntu24.04-Docker";
  readonly flavorName = "m1.medium";
  readonly network = "sharednet1";
  readonly pool = "public";
  /** Each by the one address that it has on the servers and here; the second one takes images. */
  readonly registry = "127.0.0.1:5055";
  readonly imageRegistry = "127.0.0.1:5056/test";
  /** Leases that were made here. */
  private readonly leases = new Set<string>();

  /** Brings it up, which takes seconds where it is up already. */
  static async up(): Promise<LabCloud> {
    await succeed(join(root, "lab/openstack/up.sh"), []);
    return new LabCloud();
  }

  async inventory(): Promise<Inventory> {
    const { compute, network, volume } = await this.login("lab");
    const [servers, ports, groups, keypairs, floatingIps, volumes] = await Promise.all([
      compute.list<Named & { status: string }>("/servers/detail", "servers"),
      network.list<Named & { mac_address: string }>("/ports", "ports"),
      network.list<Named & { security_group_rules: { id: string }[] }>(
        "/security-groups",
        "security_groups",
      ),
      compute.list<{ keypair: { name: string; fingerprint: string } }>("/os-keypairs", "keypairs"),
      network.list<{ id: string; description: string; floating_ip_address: string }>(
        "/floatingips",
        "floatingips",
      ),
      volume.list<Named & { size: number; status: string }>("/volumes/detail", "volumes"),
    ]);
    const ofRules = (rules: { id: string }[]) =>
      rules
        .map(({ id }) => id)
        .sort()
        .join(" ");
    return {
      servers: things(servers, ({ status }) => status),
      ports: things(ports, ({ mac_address }) => mac_address),
      securityGroups: things(groups, ({ security_group_rules }) => ofRules(security_group_rules)),
      keypairs: things(
        keypairs.map(({ keypair }) => ({ id: keypair.name, ...keypair })),
        ({ fingerprint }) => fingerprint,
      ),
      floatingIps: things(
        floatingIps.map(({ description, ...ip }) => ({ name: description, ...ip })),
        ({ floating_ip_address }) => floating_ip_address,
      ),
      volumes: things(volumes, ({ size, status }) => `${size} GiB ${status}`),
    };
  }

  /** A lease with one server's place, which begins now. */
  async reserve(hours: number): Promise<Reservation> {
    const { compute, reservation } = await this.login("lab");
    const flavors = await compute.list<Named>("/flavors", "flavors");
    const flavor = flavors.find(({ name }) => name === this.flavorName)!;
    const end = new Date(Date.now() + hours * hourMs);
    const { lease } = await reservation.post<{ lease: Lease }>("/leases", {
      name: `test-${end.getTime()}`,
      start_date: "now",
      end_date: blazarTime(end),
      events: [],
      reservations: [
        { resource_type: "flavor:instance", flavor_id: flavor.id, amount: 1, affinity: "None" },
      ],
    });
    this.leases.add(lease.id);
    await this.leaseIs(lease.id, "ACTIVE", 60);
    return { leaseId: lease.id, reservationId: lease.reservations[0]!.id, end };
  }

  /** An address that the project holds, on no server. */
  async holdFloatingIp(): Promise<[address: string, giveBack: Undo]> {
    const { network } = await this.login("lab");
    const pools = await network.list<Named>(`/networks?name=${this.pool}`, "networks");
    const { floatingip } = await network.post<{
      floatingip: { id: string; floating_ip_address: string };
    }>("/floatingips", { floatingip: { floating_network_id: pools[0]!.id } });
    return [floatingip.floating_ip_address, () => network.delete(`/floatingips/${floatingip.id}`)];
  }

  /** No address of the pool is free for anybody, until it is undone. */
  async noFloatingIpLeft(): Promise<Undo> {
    const { network } = await this.login("lab-admin");
    const subnets = await network.list<Named & { allocation_pools: Pool[] }>("/subnets", "subnets");
    const subnet = subnets.find(({ name }) => name === `${this.pool}-subnet`)!;
    const routers = await network.list<{
      external_gateway_info: { external_fixed_ips: { ip_address: string }[] };
    }>("/routers", "routers");
    const taken = routers[0]!.external_gateway_info.external_fixed_ips[0]!.ip_address;
    const set = (pools: Pool[]) =>
      network.put(`/subnets/${subnet.id}`, { subnet: { allocation_pools: pools } });
    await set([{ start: taken, end: taken }]);
    return async () => {
      await set(subnet.allocation_pools);
    };
  }

  /** The project may have no further server. */
  async quotaReached(): Promise<Undo> {
    const { projectId } = await this.login("lab");
    const path = `/os-quota-sets/${projectId}`;
    const { compute } = await this.login("lab-admin");
    const { quota_set } = await compute.get<{ quota_set: { instances: number } }>(path);
    const set = (instances: number) => compute.put(path, { quota_set: { instances, force: true } });
    await set(0);
    return async () => {
      await set(quota_set.instances);
    };
  }

  /** A lease reaches its end, as it does by itself: servers on it go. Resolves once that has happened. */
  async endLease({ leaseId }: Pick<Reservation, "leaseId">): Promise<void> {
    const { reservation } = await this.login("lab");
    const end = new Date(Date.now() + minuteMs);
    await reservation.put(`/leases/${leaseId}`, { end_date: blazarTime(end, Math.ceil) });
    await this.leaseIs(leaseId, "TERMINATED", 5 * 60);
  }

  /** Servers that are made from now on take so long until anything on them starts. */
  slowBoot(seconds: number): Promise<Undo> {
    const file = join(folder, "data/nova/boot-delay-seconds");
    writeFileSync(file, `${seconds}\n`);
    return Promise.resolve(() => {
      rmSync(file, { force: true });
      return Promise.resolve();
    });
  }

  /** Nobody on this machine gets through to the address, and nobody is told so. */
  async unreachable(address: string): Promise<Undo> {
    await succeed("ip", ["route", "add", "blackhole", `${address}/32`]);
    return async () => {
      await succeed("ip", ["route", "del", "blackhole", `${address}/32`]);
    };
  }

  /** Somebody deletes the server of that name by hand. */
  async deleteServer(name: string): Promise<void> {
    const { compute } = await this.login("lab");
    const named = async () =>
      (await compute.list<Named>("/servers/detail", "servers")).filter((one) => one.name === name);
    const [server, ...others] = await named();
    if (!server || others.length > 0)
      throw new Error(`there are ${others.length} servers "${name}" too many, or none`);
    await compute.delete(`/servers/${server.id}`);
    await eventually(async () => {
      if ((await named()).length > 0) throw new Error(`the server ${name} is still there`);
    });
  }

  /** A newer image under the name of one that there is, as Chameleon publishes them. */
  async republishImage(name: string = this.imageName): Promise<Undo> {
    const script = `
import sys, openstack
cloud = openstack.connect(cloud="lab-admin")
old = cloud.image.find_image(sys.argv[1])
new = cloud.image.create_image(name=old.name, disk_format="raw", container_format="bare",
    visibility="public", os_distro=old.os_distro, data=bytes(1024), wait=True, allow_duplicates=True)
print(new.id)`;
    const env = { ...process.env, OS_CLIENT_CONFIG_FILE: this.cloudsFile };
    const id = (await succeed(debianPython, ["-c", script, name], { env })).trim();
    return async () => (await this.login("lab-admin")).image.delete(`/images/${id}`);
  }

  /** Gives back the leases that were made here, and what is on them. */
  async dispose(): Promise<void> {
    const { reservation } = await this.login("lab");
    const { leases } = await reservation.get<{ leases: Lease[] }>("/leases");
    for (const { id } of leases) if (this.leases.has(id)) await reservation.delete(`/leases/${id}`);
  }

  /** Each time anew, since a login doesn't last as long as a test may. */
  login(cloud: "lab" | "lab-app" | "lab-admin"): Promise<Session> {
    return Session.open(cloud, { OS_CLIENT_CONFIG_FILE: this.cloudsFile });
  }

  private async leaseIs(id: string, wanted: string, withinSeconds: number): Promise<void> {
    const { reservation } = await this.login("lab");
    await eventually(
      async () => {
        const { lease } = await reservation.get<{ lease: Lease }>(`/leases/${id}`);
        if (lease.status !== wanted) throw new Error(`the lease ${id} is ${lease.status}`);
      },
      { withinSeconds, everyMs: 1000 },
    );
  }
}

interface Named {
  id: string;
  name: string;
}

interface Lease extends Named {
  status: string;
  reservations: { id: string }[];
}

interface Pool {
  start: string;
  end: string;
}

const things = <Found extends Named>(
  found: readonly Found[],
  details: (one: Found) => string,
): Thing[] =>
  found
    .map((one) => ({ id: one.id, name: one.name, details: details(one) }))
    .sort((a, b) => a.id.localeCompare(b.id));

/** Blazar's times are of whole minutes, in UTC. */
const blazarTime = (time: Date, round = Math.round): string =>
  new Date(round(time.getTime() / minuteMs) * minuteMs)
    .toISOString()
    .slice(0, 16)
    .replace("T", " ");
