import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime";
import { readConfig } from "../infra/config";
import { chameleon } from "./chameleon";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEGB";
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPub me@example";
const address = "198.51.100.20";
const owner = "machine:/clone#0a1b2c3d";
const reservationId = "0a1b2c3d-0000-1111-2222-333344445555";

/** What the cloud, the gate and the generators make of an input. */
const made: Readonly<Record<string, object>> = {
  "openstack:networking/floatingIp:FloatingIp": { address },
  "command:local:Command": { stdout: hostKey },
  "random:index/randomPassword:RandomPassword": { result: "generated" },
  "random:index/randomId:RandomId": { hex: owner },
};

/** Records every resource that the program asks for; a look-up that nobody expects fails the test. */
class Recorder implements pulumi.runtime.Mocks {
  readonly resources: MockResourceArgs[] = [];

  newResource(args: MockResourceArgs): { id: string; state: Record<string, unknown> } {
    this.resources.push(args);
    const outputs = { imageId: `sha256:${args.name}`, ...made[args.type] };
    // What is given counts: a server has an image of its own.
    return { id: `${args.name}-id`, state: { ...outputs, ...(args.inputs as object) } };
  }

  call({ token, inputs }: MockCallArgs): Record<string, unknown> {
    const { name } = inputs as { name: string };
    if (/:(getNetwork|getImage)$/.test(token)) return { id: `id-of-${name}` };
    throw new Error(`unexpected invoke ${token}`);
  }

  inputsOf<T>(type: string): Map<string, T> {
    const found = this.resources.filter((resource) => resource.type === type);
    return new Map(found.map(({ name, inputs }) => [name, inputs as T]));
  }

  /** Of the one resource of a type in OpenStack. */
  cloud(type: string): Record<string, unknown> {
    const found = [...this.inputsOf<Record<string, unknown>>(`openstack:${type}`).values()];
    expect(found).toHaveLength(1);
    return found[0]!;
  }
}

/** For what doesn't depend on all of the services. */
const small = { components: "[]" };

const value = <T>(output: pulumi.Output<T>) =>
  new Promise<T>((resolve) => output.apply((resolved) => resolve(resolved)));

describe("a stack on a server of its own", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "feedback-loop-key-"));
    writeFileSync(join(folder, "key.pub"), `${publicKey}\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function deploy(preview: boolean, more: Record<string, string> = {}) {
    const recorder = new Recorder();
    await pulumi.runtime.setMocks(recorder, "feedback-loop", "class", preview);
    const config = readConfig({
      target: "chameleon",
      openstack: JSON.stringify({ cloud: "kvm", reservationId }),
      ssh: JSON.stringify({ user: "cc", privateKeyPath: join(folder, "key") }),
      allowedCidrs: '{"ssh":["198.51.100.7"]}',
      leaseEnd: "2099-12-01T12:00Z",
      suffix: "me",
      ...more,
    });
    const naming = { prefix: "feedback-loop-class", stack: "class" };
    const outputs = chameleon(config, naming, `${__dirname}/..`);
    if (!preview)
      await Promise.all([value(outputs.images), value(outputs.credentials), value(outputs.readme)]);
    await pulumi.runtime.disconnect();
    return { recorder, outputs };
  }

  let recorder: Recorder;
  let outputs: ReturnType<typeof chameleon>;
  beforeAll(async () => ({ recorder, outputs } = await deploy(false)));

  it("marks all that it has in the cloud with its name, its owner and its end", () => {
    const mark = "feedback-loop.stack=feedback-loop-class-me";
    const neutron = ["networking/secGroup:SecGroup", "networking/port:Port"];
    for (const type of [...neutron, "networking/floatingIp:FloatingIp"]) {
      const { tags, description } = recorder.cloud(type) as { tags: string[]; description: string };
      const marks = [
        mark,
        "feedback-loop.owner=0a1b2c3d",
        "feedback-loop.expires=2099-12-01T12:00Z",
      ];
      expect(tags).toEqual(["feedback-loop", ...marks]);
      expect(description.split(" ")).toEqual(marks);
    }
    expect(recorder.cloud("compute/instance:Instance")["metadata"]).toEqual({
      "feedback-loop.stack": "feedback-loop-class-me",
      "feedback-loop.owner": "0a1b2c3d",
      "feedback-loop.expires": "2099-12-01T12:00Z",
    });
    for (const type of [...neutron, "compute/instance:Instance", "compute/keypair:Keypair"])
      expect(recorder.cloud(type)["name"]).toBe("feedback-loop-class-me");
  });

  it("asks for nothing but by the provider of the cloud that the configuration names", () => {
    const provider = recorder.inputsOf("pulumi:providers:openstack");
    expect([...provider.values()]).toEqual([{ cloud: "kvm" }]);
    const resources = recorder.resources.filter(
      ({ type, custom }) => custom && /^[a-z]+:.*\//.test(type),
    );
    expect(resources.filter(({ provider: given }) => !given)).toEqual([]);
  });

  it("starts the server on the reserved flavor, behind a port of its own", () => {
    const server = recorder.cloud("compute/instance:Instance");
    expect(server).toMatchObject({
      flavorId: reservationId,
      imageId: "id-of-CC-Ubuntu24.04",
      keyPair: "feedback-loop-class-me",
      networks: [{ port: "cloud-port-id" }],
    });
    expect(server).not.toHaveProperty("flavorName");
    expect(server).not.toHaveProperty("securityGroups");
    expect(server["userData"]).toMatch(/^#cloud-config\n/);
    expect(recorder.cloud("networking/port:Port")).toMatchObject({
      networkId: "id-of-sharednet1",
      securityGroupIds: ["cloud-access-id"],
    });
    expect(recorder.cloud("networking/floatingIp:FloatingIp")).toMatchObject({
      pool: "public",
      portId: "cloud-port-id",
    });
    expect(recorder.cloud("compute/keypair:Keypair")).toMatchObject({ publicKey });
  });

  it("opens what it publishes, and nothing else", () => {
    const rules = recorder.inputsOf<Record<string, unknown>>(
      "openstack:networking/secGroupRule:SecGroupRule",
    );
    const shown = [...rules.values()].map(
      ({ direction, portRangeMin, portRangeMax, remoteIpPrefix, securityGroupId }) =>
        `${String(direction)} ${String(portRangeMin)}-${String(portRangeMax)} ${String(remoteIpPrefix)} ${String(securityGroupId)}`,
    );
    expect(shown.sort()).toEqual([
      "ingress 22-22 198.51.100.7/32 cloud-access-id",
      "ingress 5000-5000 0.0.0.0/0 cloud-access-id",
      "ingress 8080-8080 0.0.0.0/0 cloud-access-id",
      "ingress 8081-8081 0.0.0.0/0 cloud-access-id",
      "ingress 8090-8090 0.0.0.0/0 cloud-access-id",
      "ingress 8888-8888 0.0.0.0/0 cloud-access-id",
      "ingress 9001-9001 0.0.0.0/0 cloud-access-id",
    ]);
  });

  it("is deployed to the engine at the floating IP, once the server's gate is open", () => {
    const { host } = recorder
      .inputsOf<{ host: string }>("pulumi:providers:docker")
      .get("host-docker")!;
    expect(host).toBe(`ssh://cc@${address}:22`);
    const gate = recorder
      .inputsOf<{ create: string; triggers: string[] }>("command:local:Command")
      .get("host-gate")!;
    expect(gate.triggers).toEqual([address, 22, "", "cloud-server-id"]);
    expect(gate.create).toContain("console-key.ts' 'kvm' 'cloud-server-id'");
  });

  it("tells where everything is", async () => {
    expect((await value(outputs.endpoints))["frontend"]).toMatchObject({
      url: `https://${address}:5000`,
    });
    expect(await value(outputs.ssh)).toBe(`ssh -i ${join(folder, "key")} cc@${address}`);
    expect(outputs.expiresAt).toBe("2099-12-01T12:00Z");
    expect(outputs.cloudName).toBe("feedback-loop-class-me");
    expect(await value(outputs.serverId)).toBe("cloud-server-id");
    const readme = await value(outputs.readme);
    expect(readme).toContain(`| https://${address}:8090 | Portal`);
    expect(readme).toContain("Data on the server goes with it");
  });

  it("takes a flavor by name, a floating IP that is there, and a zone, where they are given", async () => {
    const openstack = { flavor: "m1.medium", floatingIp: address, availabilityZone: "nova" };
    const other = (
      await deploy(false, { ...small, openstack: JSON.stringify(openstack), suffix: "" })
    ).recorder;
    const server = other.cloud("compute/instance:Instance");
    expect(server).toMatchObject({ flavorName: "m1.medium", availabilityZone: "nova" });
    expect(server).not.toHaveProperty("flavorId");
    expect(other.cloud("networking/floatingIpAssociate:FloatingIpAssociate")).toEqual({
      floatingIp: address,
      portId: "cloud-port-id",
    });
    expect(other.inputsOf("openstack:networking/floatingIp:FloatingIp").size).toBe(0);
    expect(server["name"]).toBe("feedback-loop-class");
  });

  it("has the name of its address where a certificate needs one", async () => {
    const named = await deploy(false, { ...small, tls: "acme" });
    const name = "kvm-dyn-198-51-100-20.tacc.chameleoncloud.org";
    expect((await value(named.outputs.endpoints))["portal"]!.url).toBe(`https://${name}:8090`);
    const gateway = named.recorder
      .inputsOf<{ envs: { value?: string[] } }>("docker:index/container:Container")
      .get("gateway")!;
    expect(gateway.envs.value!.join()).toContain(`"automate":["${name}"]`);
  });

  describe("with a volume for data", () => {
    it("keeps all that people made there", async () => {
      const disk = (
        await deploy(false, { ...small, dataVolume: '{"sizeGiB":20,"type":"ceph-ssd"}' })
      ).recorder;
      expect(disk.cloud("blockstorage/volume:Volume")).toMatchObject({
        name: "feedback-loop-class-me-data",
        size: 20,
        volumeType: "ceph-ssd",
        metadata: { "feedback-loop.keep": "yes", "feedback-loop.owner": "0a1b2c3d" },
      });
      expect(disk.cloud("compute/volumeAttach:VolumeAttach")).toEqual({
        instanceId: "cloud-server-id",
        volumeId: "cloud-volume-id",
      });
      const volumes = disk.inputsOf<{ name: string; driverOpts?: object }>(
        "docker:index/volume:Volume",
      );
      expect(volumes.get("database")).toMatchObject({
        name: "feedback-loop-class-database-on-disk",
        driverOpts: { type: "none", o: "bind", device: "/srv/feedback-loop/database" },
      });
      expect(volumes.get("model-cache")).not.toHaveProperty("driverOpts");
      const { create } = disk
        .inputsOf<{ create: string }>("command:local:Command")
        .get("host-data-mount")!;
      for (const [name, { driverOpts }] of volumes)
        if (driverOpts) expect(create).toContain(`/srv/feedback-loop/${name}`);
    });

    it("may go with the stack", async () => {
      const disk = (await deploy(false, { ...small, dataVolume: '{"sizeGiB":20,"keep":"no"}' }))
        .recorder;
      const { metadata } = disk.cloud("blockstorage/volume:Volume") as { metadata: object };
      expect(metadata).not.toHaveProperty(["feedback-loop.keep"]);
    });

    it("borrows one that exists", async () => {
      const dataVolume = JSON.stringify({ id: reservationId });
      const disk = (await deploy(false, { ...small, dataVolume })).recorder;
      expect(disk.inputsOf("openstack:blockstorage/volume:Volume").size).toBe(0);
      expect(disk.cloud("compute/volumeAttach:VolumeAttach")["volumeId"]).toBe(reservationId);
    });
  });

  it("wants a public key, and nothing but a public key", async () => {
    const missing = { ssh: '{"user":"cc","privateKeyPath":"/nowhere/key"}' };
    await expect(deploy(false, missing)).rejects.toThrow("no public key in /nowhere/key.pub");
    writeFileSync(join(folder, "private.pub"), "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    const wrong = { ssh: JSON.stringify({ user: "cc", privateKeyPath: join(folder, "private") }) };
    await expect(deploy(false, wrong)).rejects.toThrow("holds no public key in OpenSSH's format");
  });

  it("can be previewed while nothing is there, not even a key", async () => {
    const { resources } = (
      await deploy(true, { ssh: '{"user":"cc","privateKeyPath":"/nowhere/key"}' })
    ).recorder;
    const containers = resources.filter(({ type }) => type === "docker:index/container:Container");
    expect(containers).toHaveLength(12);
    const keypair = resources.find(({ type }) => type === "openstack:compute/keypair:Keypair")!;
    expect(keypair.inputs).toMatchObject({ publicKey: "(the public key in /nowhere/key.pub)" });
  });
});
