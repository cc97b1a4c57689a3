import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime";
import { readConfig } from "../infra/config";
import { ssh } from "./ssh";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEGB";
const login = { address: "10.0.0.5", user: "cc", privateKeyPath: "~/.ssh/course" };

/** Records every resource that the program asks for; the gate lets through and prints a host key. */
class Recorder implements pulumi.runtime.Mocks {
  readonly resources: MockResourceArgs[] = [];

  newResource(args: MockResourceArgs): { id: string; state: Record<string, unknown> } {
    this.resources.push(args);
    const made = { imageId: `sha256:${args.name}`, stdout: hostKey, result: "generated", hex: "o" };
    return { id: `${args.name}-0123abcd`, state: { ...(args.inputs as object), ...made } };
  }

  call({ token }: MockCallArgs): never {
    throw new Error(`unexpected invoke ${token}`);
  }

  inputsOf<T>(type: string): Map<string, T> {
    const found = this.resources.filter((resource) => resource.type === type);
    return new Map(found.map(({ name, inputs }) => [name, inputs as T]));
  }
}

async function deploy(preview: boolean, more: Record<string, string> = {}): Promise<Recorder> {
  const recorder = new Recorder();
  await pulumi.runtime.setMocks(recorder, "feedback-loop", "test", preview);
  const config = readConfig({ target: "ssh", ssh: JSON.stringify(login), ...more });
  const naming = { prefix: "feedback-loop-test", stack: "test" };
  const { images, credentials } = ssh(config, naming, `${__dirname}/..`);
  if (!preview)
    for (const output of [images, credentials])
      await new Promise((resolve) => (output as pulumi.Output<unknown>).apply(resolve));
  await pulumi.runtime.disconnect();
  return recorder;
}

const commandType = "command:local:Command";
const containerType = "docker:index/container:Container";

describe("a stack on another machine", () => {
  let recorder: Recorder;
  beforeAll(async () => (recorder = await deploy(false)));

  it("is deployed to its engine, with the key that the gate saw", () => {
    const provider = recorder
      .inputsOf<{ host: string; sshOpts: string }>("pulumi:providers:docker")
      .get("host-docker")!;
    expect(provider.host).toBe("ssh://cc@10.0.0.5:22");
    expect(JSON.stringify(provider.sshOpts)).toContain(
      `KnownHostsCommand=/usr/bin/env echo %H ${hostKey}`,
    );
    expect(JSON.stringify(provider.sshOpts)).toContain("IdentityFile=~/.ssh/course");
  });

  it("runs its jobs there, by the same login", () => {
    const commands = recorder.inputsOf<{ create: string }>(commandType);
    for (const job of ["provision", "publish-model"]) {
      expect(commands.get(job)!.create).toMatch(/^'ssh' '-o' /);
      expect(commands.get(job)!.create).toContain("'cc@10.0.0.5' 'sh -c ");
      expect(commands.get(job)!.create).not.toContain("generated");
    }
  });

  it("publishes what is for students, and nothing else", () => {
    const containers = recorder.inputsOf<{ ports: { ip: string; external: number }[] }>(
      containerType,
    );
    const published = [...containers.values()].flatMap(({ ports }) => ports);
    expect(published.map(({ ip, external }) => `${ip}:${external}`).sort()).toEqual([
      "0.0.0.0:5000",
      "0.0.0.0:8080",
      "0.0.0.0:8081",
      "0.0.0.0:8090",
      "0.0.0.0:8888",
      "0.0.0.0:9001",
    ]);
  });

  it("builds images under names that the next machine doesn't have", () => {
    const images = recorder.inputsOf<{ name: string }>("docker:index/remoteImage:RemoteImage");
    expect(images.get("frontend")!.name).toMatch(
      /^feedback-loop-test\/frontend:[0-9a-f]{16}-23abcd$/,
    );
    expect(images.get("postgres")!.name).toMatch(/^docker\.io\/library\/postgres:/);
  });

  it("pulls its own images where they are to be had, under names that say what is in them", async () => {
    const pulling = await deploy(false, { imageRegistry: "registry.example.org/loop" });
    const images = pulling.inputsOf<{ name: string; build?: object }>(
      "docker:index/remoteImage:RemoteImage",
    );
    expect(images.get("frontend")!.name).toMatch(
      /^registry\.example\.org\/loop\/frontend:[0-9a-f]{16}$/,
    );
    expect([...images.values()].filter(({ build }) => build)).toEqual([]);
  });

  it("binds to the address that it is told", async () => {
    const bound = await deploy(false, {
      ssh: JSON.stringify({ ...login, bindAddress: "10.0.0.5" }),
    });
    for (const { ports } of bound.inputsOf<{ ports: { ip: string }[] }>(containerType).values())
      for (const { ip } of ports) expect(ip).toBe("10.0.0.5");
  });

  it("can be previewed while nothing of the machine is known", async () => {
    const { resources } = await deploy(true);
    expect(resources.filter(({ type }) => type === containerType)).toHaveLength(12);
  });
});
