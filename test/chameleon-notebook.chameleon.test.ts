// The notebook for Chameleon's Jupyter, its cells run as they are in a fresh clone, on a computer with neither Node.js nor
// Docker: from a downloaded clouds.yaml to the handout, and back to nothing.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { BashKernel, codeOf, readNotebook } from "./support/bash-notebook";
import { CloudStack, type CloudsFile } from "./support/cloud-stack";
import { ask } from "./support/http-client";
import { LabCloud } from "./support/lab-cloud";
import { TemporaryClone } from "./support/temporary-clone";
import { root } from "./support/test-stack";

const minutes = 60_000;
jest.setTimeout(5 * minutes);

const file = "docs/deploy-from-chameleon.ipynb";
const cells = codeOf(readNotebook(join(root, file)));

/** What is special to the test's cloud: its images come from registries of the lab, and few of them are enough here. */
const settingsOfTheLab = (cloud: LabCloud): string =>
  Object.entries({
    registryMirror: cloud.registry,
    imageRegistry: cloud.imageRegistry,
    components: "[]",
    healthTimeoutSeconds: "900",
  })
    .map(([key, value]) => `npm run --silent pulumi -- config set -s chameleon ${key} '${value}'`)
    .join(" && ");

/** Where there is Docker: the notebook's stack finds in its registry what this clone would build. */
async function pushImages(cloud: LabCloud): Promise<void> {
  const stack = await CloudStack.in(cloud, [["openstack.flavor", cloud.flavorName]]);
  await stack.succeed("images", "push", "-s", stack.name);
  stack.discard();
}

/** A folder for the beginning of PATH, whose `node` and `docker` say that they aren't there. */
function withoutPrograms(): string {
  const folder = mkdtempSync(join(tmpdir(), "feedback-loop-path-"));
  for (const program of ["node", "npm", "docker"]) {
    const path = join(folder, program);
    writeFileSync(path, `#!/bin/sh\necho "no ${program} in Chameleon's Jupyter" >&2\nexit 127\n`);
    chmodSync(path, 0o755);
  }
  return folder;
}

describe("the notebook for Chameleon's Jupyter", () => {
  const bin = withoutPrograms();
  let cloud: LabCloud;
  let clone: TemporaryClone;
  let kernel: BashKernel;
  let before: Awaited<ReturnType<LabCloud["inventory"]>>;
  /** What each cell printed. */
  const printed: Record<string, string> = {};

  beforeAll(async () => {
    cloud = await LabCloud.up();
    before = await cloud.inventory();
    await pushImages(cloud);
    clone = await TemporaryClone.create();
    await clone.commit();
    // As the web interface of Chameleon gives it.
    const { clouds } = parse(readFileSync(cloud.cloudsFile, "utf8")) as CloudsFile;
    const downloaded = stringify({ clouds: { openstack: clouds["lab"] } });
    writeFileSync(join(clone.folder, "docs/clouds.yaml"), downloaded);
    kernel = new BashKernel({
      cwd: join(clone.folder, "docs"),
      env: {
        ...process.env,
        PATH: `${bin}:${process.env["PATH"]}`,
        OS_AUTH_URL: "https://jupyter.invalid:5000/v3",
        OS_AUTH_TYPE: "v3token",
        OS_REGION_NAME: "nowhere",
      },
    });
  }, 40 * minutes);

  afterAll(async () => {
    await kernel.run("npm run --silent destroy -- -s chameleon --volumes --yes || true");
    await kernel.run("npm run --silent lease -- delete -s chameleon --yes || true");
    kernel.close();
    await cloud.dispose();
    clone.dispose();
    rmSync(bin, { recursive: true });
  }, 10 * minutes);

  it.each(cells.map(({ id, code }) => [id, code]))(
    "runs its cell %s",
    async (id, code) => {
      printed[id] = await kernel.run(code);
      if (id === "settings-run") await kernel.run(settingsOfTheLab(cloud));
      if (id === "handout-run") await expectFrontend();
    },
    30 * minutes,
  );

  /** The pages answer, by an authority that the stack itself tells. */
  async function expectFrontend(): Promise<void> {
    const ca = await kernel.run("npm run --silent ca -- -s chameleon");
    const url = /<(https:\/\/[^>]+:8090)\/?>/.exec(printed["handout-run"]!)?.[1];
    expect((await ask(url!, "/", { ca })).status).toBe(200);
  }

  it("printed what it says it would", () => {
    expect(printed["doctor-run"]).not.toContain("FAILED");
    expect(printed["status-run"]).toMatch(/frontend +running +healthy/);
    expect(printed["handout-run"]).toContain("password");
  });

  it("leaves the project and the clone as they were", async () => {
    expect(await cloud.inventory()).toEqual(before);
    expect(await clone.git("status", "--porcelain")).toBe("");
  });
});
