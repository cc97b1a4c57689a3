// `npm run preview` as CI uses it: real programs, real git work trees, nothing else.
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { TemporaryClone } from "./support/temporary-clone";

// Each rendering is a process of its own, on a machine that may have two busy cores.
jest.setTimeout(120_000);

const program = `
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const engine = new docker.Provider("engine", { host: "unix:///nowhere.sock" });
const generator = new random.Provider("generator", {});
const password = new random.RandomPassword("password", { length: 32 }, { provider: generator });
const image = new docker.RemoteImage("image", { name: "store:1" }, { provider: engine });
const data = new docker.Volume("data", { name: "data" }, { provider: engine, retainOnDelete: true });
new docker.Container("store", {
  name: "store",
  image: image.imageId,
  memory: 64,
  envs: pulumi.secret([pulumi.interpolate\`PASSWORD=\${password.result}\`, "TOKEN=literal-secret"]),
  volumes: [{ volumeName: data.name, containerPath: "/data" }],
}, { provider: engine, deleteBeforeReplace: true });

export const id = image.imageId;
export const token = pulumi.secret("other-secret");
export const greeting = new pulumi.Config().require("greeting");
`;
const project = `
name: trial
main: stacks/
runtime: nodejs
config:
  greeting: { default: hello }
  token: { default: none }
`;
const stackSettings = `
config:
  trial:token: { secure: "v1:c2VjcmV0:encrypted-secret" }
`;

describe("preview", () => {
  let clone: TemporaryClone;

  beforeAll(async () => {
    const needed = ["cli", "infra", "app", "package.json", "package-lock.json", "tsconfig.json"];
    clone = await TemporaryClone.create(...needed);
    clone.write("Pulumi.yaml", project);
    clone.write("Pulumi.trial.yaml", stackSettings);
    clone.write("stacks/index.ts", program);
    await clone.commit();
  });
  afterAll(() => clone.dispose());

  const preview = (...args: string[]) => clone.command("preview", "-s", "trial", ...args);

  /** What a changed program does to the committed one. */
  async function against(changed: string, ...args: string[]) {
    clone.write("stacks/index.ts", changed);
    const result = await preview("--base", "HEAD", ...args);
    clone.write("stacks/index.ts", program);
    return result;
  }

  it("says what a stack would create, and never a secret", async () => {
    const { exitCode, stdout, stderr } = await preview();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatchSnapshot();
    expect(stdout).not.toMatch(/literal-secret|other-secret|encrypted-secret/);
  });

  it("ends with 0 when nothing changes, and leaves nothing behind", async () => {
    const { exitCode, stdout } = await against(program);
    expect(stdout).toContain("no resource changes, 6 unchanged");
    expect(exitCode).toBe(0);
    expect(await clone.git("worktree", "list")).toMatch(/^[^\n]+ \[main\]\n$/);
    expect(await clone.git("status", "--porcelain")).toBe("");
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("feedback-loop-base-"))).toEqual(
      [],
    );
  });

  it("ends with 0 when a change costs no data, in Markdown for a pull request", async () => {
    const changed = program
      .replace("memory: 64", "memory: 128")
      .replace("literal-secret", "new-secret")
      .replace("store:1", "store:2");
    const { exitCode, stdout } = await against(changed, "--format", "markdown");
    expect(exitCode).toBe(0);
    expect(stdout).toMatchSnapshot();
    expect(stdout).not.toMatch(/literal-secret|new-secret|other-secret|encrypted-secret/);
  });

  it.each([
    [
      "replaced",
      program.replace('name: "data"', 'name: "other"'),
      "docker Volume data is replaced",
    ],
    [
      "removed",
      program.replace(/^const data.*$/m, 'const data = { name: "data" };'),
      "docker Volume data is removed",
    ],
  ])("ends with 2 when what holds data is %s", async (_, changed, words) => {
    const { exitCode, stdout } = await against(changed);
    expect(stdout).toContain(words);
    expect(exitCode).toBe(2);
  });

  it("takes every resource of a stack that is new as added", async () => {
    clone.write("Pulumi.fresh.yaml", "config: {}\n");
    await clone.git("add", "Pulumi.fresh.yaml");
    const result = await clone.command("preview", "-s", "fresh", "--base", "HEAD");
    expect(result.stdout).toContain("6 to add, 0 unchanged");
    expect(result.stderr).toContain("HEAD has no Pulumi.fresh.yaml: the stack is new");
    expect(result.exitCode).toBe(0);
    await clone.git("rm", "--quiet", "--force", "Pulumi.fresh.yaml");
  });

  it("names what the program looks up in a cloud, and tells what is to replace a resource", async () => {
    const cloud = `
import * as openstack from "@pulumi/openstack";
const provider = new openstack.Provider("cloud", { cloud: "nowhere" });
const network = openstack.networking.getNetworkOutput({ name: "sharednet1" }, { provider });
new openstack.networking.Port("port", { networkId: network.id }, { provider, replacementTrigger: 1 });
`;
    clone.write("stacks/index.ts", `${program}${cloud}`);
    const { exitCode, stdout } = await preview();
    clone.write("stacks/index.ts", program);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("networkId: (id of the network sharednet1, known after deployment)");
    expect(stdout).toContain("replacementTrigger: 1");
  });

  it.each([
    ["a revision that isn't there", ["--base", "nowhere"], 1, /--base nowhere.*git fetch/],
    ["a format that there isn't", ["--format", "html"], 2, /allowed are text, markdown/],
  ])("ends with words on %s", async (_, args, code, words) => {
    const { exitCode, stderr } = await preview(...args);
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(code);
  });

  it.each([
    [
      "fails",
      'throw new Error("broken here");',
      /this work tree can't be rendered:[^]*broken here/,
    ],
    [
      "looks something up",
      'import { getNetwork } from "@pulumi/docker";\nvoid getNetwork({ name: "x" });',
      /looks up docker:index\/getNetwork:getNetwork, which a preview without credentials can't/,
    ],
  ])("ends with 1 when the program %s", async (_, broken, words) => {
    const { exitCode, stderr } = await against(broken);
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(1);
  });
});
