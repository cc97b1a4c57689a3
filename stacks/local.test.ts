import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime";
import { readConfig } from "../infra/config";
import { ownImages } from "../infra/images";
import { local } from "./local";

const naming = { prefix: "feedback-loop-test", stack: "test" };
const root = resolve(__dirname, "..");
const owner = "machine:/clone#01";
const secretValue = "generated-secret-value";

const generated: Readonly<Record<string, object>> = {
  "random:index/randomPassword:RandomPassword": { result: secretValue },
  "random:index/randomId:RandomId": { hex: owner },
};

/** Records every resource that the program asks for; an invoke nobody expects fails the test. */
class Recorder implements pulumi.runtime.Mocks {
  readonly resources: MockResourceArgs[] = [];

  newResource(args: MockResourceArgs): { id: string; state: Record<string, unknown> } {
    this.resources.push(args);
    return {
      id: `${args.name}-id`,
      state: {
        ...(args.inputs as object),
        imageId: `sha256:${args.name}`,
        ...generated[args.type],
      },
    };
  }

  call({ token }: MockCallArgs): never {
    throw new Error(`unexpected invoke ${token}`);
  }

  ofType(type: string): MockResourceArgs[] {
    return this.resources.filter((resource) => resource.type === type);
  }
}

const value = <T>(output: pulumi.Output<T>) =>
  new Promise<T>((resolve) => output.apply((resolved) => resolve(resolved)));

/** Runs the program to its end: outputs are only complete once all registrations are. */
async function deploy(preview: boolean) {
  const recorder = new Recorder();
  await pulumi.runtime.setMocks(recorder, "feedback-loop", "test", preview);
  const outputs = local(readConfig({ registryMirror: "127.0.0.1:5055" }), naming, root);
  if (!preview) await Promise.all([value(outputs.images), value(outputs.credentials)]);
  await pulumi.runtime.disconnect();
  return { recorder, outputs };
}

const containerType = "docker:index/container:Container";
const imageType = "docker:index/remoteImage:RemoteImage";

describe("the local stack", () => {
  let recorder: Recorder;
  let outputs: ReturnType<typeof local>;
  beforeAll(async () => ({ recorder, outputs } = await deploy(false)));

  it("runs each service once, and each job by a command", () => {
    const names = (type: string) => recorder.ofType(type).map(({ name }) => name);
    expect(names(containerType).sort()).toEqual([
      "airflow-api",
      "airflow-dag-processor",
      "airflow-scheduler",
      "frontend",
      "gateway",
      "inference",
      "jupyter",
      "label-studio",
      "minio",
      "portal",
      "postgres",
      "trainer",
    ]);
    const commands = names("command:local:Command");
    expect(commands.filter((name) => !name.endsWith("-ready")).sort()).toEqual([
      "airflow-migrate",
      "label-studio-project",
      "provision",
      "publish-model",
    ]);
    expect(commands.filter((name) => name.endsWith("-ready")).sort()).toEqual(
      names(containerType)
        .map((name) => `${name}-ready`)
        .sort(),
    );
  });

  it("gives every resource its provider", () => {
    const made = recorder.resources.filter(
      ({ type, custom }) => custom && !type.startsWith("pulumi:providers:"),
    );
    expect(made.length).toBeGreaterThan(25);
    expect(made.filter(({ provider }) => !provider)).toEqual([]);
  });

  it("names its components by the folder they live in and gives them no inputs", () => {
    const components = recorder.resources.filter(({ custom }) => !custom);
    for (const { type, inputs } of components) {
      expect(type).toMatch(/^feedback-loop:(host|runtime|infra):[A-Z]\w+$/);
      expect(inputs).toEqual({});
    }
    expect(components.length).toBeGreaterThan(8);
  });

  it("labels all that it makes on the engine with stack and owner", () => {
    const expected = expect.arrayContaining([
      { label: "feedback-loop.stack", value: "test" },
      { label: "feedback-loop.owner", value: owner },
    ]) as unknown;
    for (const kind of ["container:Container", "volume:Volume", "network:Network"]) {
      const made = recorder.ofType(`docker:index/${kind}`);
      expect(made.length).toBeGreaterThan(3);
      for (const { inputs } of made) expect(inputs).toMatchObject({ labels: expected });
    }
  });

  it("asks for the same from every clone, but for who made it", () => {
    const others = recorder.resources.filter(({ type }) => !/:RandomId$/.test(type));
    expect(others.filter(({ inputs }) => JSON.stringify(inputs).includes(root))).toEqual([]);
  });

  it("pulls official images through the mirror and builds our own", () => {
    const images = Object.fromEntries(
      recorder.ofType(imageType).map(({ name, inputs }) => [name, inputs as { name: string }]),
    );
    expect(images["postgres"]!.name).toMatch(/^127\.0\.0\.1:5055\/library\/postgres:17\./);
    for (const own of Object.keys(ownImages))
      expect(images[own]).toMatchObject({
        name: expect.stringMatching(`^feedback-loop-test/${own}:[0-9a-f]{16}$`) as unknown,
        build: { buildArgs: { REGISTRY: "127.0.0.1:5055/library" } },
      });
  });

  it("binds every published port to loopback", () => {
    const ports = recorder
      .ofType(containerType)
      .flatMap(({ inputs }) => (inputs as { ports: { ip: string }[] }).ports);
    expect(ports).toHaveLength(7);
    for (const { ip } of ports) expect(ip).toBe("127.0.0.1");
  });

  it("tells where everything is", async () => {
    expect(await value(outputs.endpoints)).toMatchObject({
      frontend: { url: "http://127.0.0.1:5000" },
      inference: { url: "http://127.0.0.1:8000" },
      minio: { url: "http://127.0.0.1:9001", service: "minio" },
      portal: { url: "http://127.0.0.1:8090" },
    });
  });

  it("keeps credentials secret, and everything that is made of them", async () => {
    expect(await pulumi.isSecret(outputs.credentials)).toBe(true);
    expect(await pulumi.isSecret(outputs.endpoints)).toBe(false);
    const plain = recorder.resources.map(({ inputs }) => JSON.stringify(inputs, markSecrets));
    expect(plain.some((text) => text.includes("(secret)"))).toBe(true);
    expect(plain.filter((text) => text.includes(secretValue))).toEqual([]);
  });
});

/** Secrets reach mocks wrapped in an object with this well-known key; their content is left out here. */
const secretSignature = "4dabf18193072939515e22adb298388d";
const markSecrets = (_key: string, entry: unknown): unknown =>
  typeof entry === "object" && entry !== null && secretSignature in entry ? "(secret)" : entry;

describe("a preview of the local stack", () => {
  it("asks for the same resources while nothing is known yet", async () => {
    const { recorder } = await deploy(true);
    expect(recorder.ofType(containerType)).toHaveLength(12);
    expect(recorder.ofType(imageType)).toHaveLength(Object.keys(ownImages).length + 1);
  });
});
