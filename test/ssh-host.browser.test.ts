// One stack's whole life on another machine that ssh reaches, and everything that such a machine does to a deployment.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import type { Browser } from "playwright-core";
import { launch, openPage, screenshot } from "./support/browser";
import { restartEngine } from "./support/engine-restart";
import { eventually } from "./support/eventually";
import { LabMachine } from "./support/lab-machine";
import { LoopClient } from "./support/loop-client";
import { realPhoto, withoutMetadata } from "./support/photos";
import { TestStack, coreServices as services, root } from "./support/test-stack";
import { readConfig } from "../infra/config";
import { imageContent, ownImagesOf } from "../infra/runtime/own-images";
import { catalogue } from "../infra/services/catalogue";

const minutes = 60_000;
jest.setTimeout(2 * minutes);

/** Of the parts that the test's stack has. */
const ownImageNames = ownImagesOf(catalogue(readConfig({ components: "[]" })));

/** @param ca certificate of the authority to trust, beside those that everybody trusts */
const httpsStatus = (url: string, ca?: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    get(url, { ca, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on("error", reject);
  });

/** The same model in another file: ONNX (onnx.proto) keeps what it doesn't know, here a property (field 14) of a name of its own. */
function withNote(model: Buffer): Buffer {
  const field = (number: number, content: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
  const texts = [Buffer.from("note"), Buffer.from("published by a test")];
  const property = Buffer.concat(texts.map((text, at) => field(at + 1, text)));
  return Buffer.concat([model, field(14, property)]);
}

describe("a stack on another machine", () => {
  let machine: LabMachine;
  let stack: TestStack;
  let browser: Browser;
  /** Where the machine pulls the project's own images: building them takes minutes. */
  let imageRegistry: string;
  /** Of the photos that people uploaded. */
  const uploaded: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    // Its set-up goes on until somebody has logged in: the deployment, which thus meets it still at work.
    const userData = () =>
      "#cloud-config\nruncmd:\n  - until journalctl -u ssh | grep -q 'Accepted publickey'; do sleep 1; done; sleep 3\n";
    machine = await LabMachine.boot({ bootDelay: 10, userData });
    stack = await TestStack.create(machine.stackSettings());
    imageRegistry = `${await LabMachine.registry()}/${stack.name}`;
    await stack.setConfig("imageRegistry", imageRegistry);
  }, 5 * minutes);

  afterAll(async () => {
    await browser.close();
    await machine.dispose();
    stack.discard();
  }, 2 * minutes);

  const start = () => stack.succeed("start", "-s", stack.name);
  const client = async () => new LoopClient(await stack.endpoints(), await stack.credentials());

  async function uploadPhoto(): Promise<void> {
    const loop = await client();
    const photo = realPhoto("food11_3_411.jpg");
    const row = await loop.save(photo);
    uploaded.push(row.id);
    expect(await loop.photo(row.object_key)).toEqual(withoutMetadata(photo));
  }

  async function allHealthy(): Promise<void> {
    const format = "{{.Names}} {{.Status}}";
    const listed = await machine.run(`docker ps --all --format '${format}'`);
    const lines = listed.trim().split("\n").sort();
    expect(lines.map((line) => line.split(" ")[0])).toEqual(
      services.map((name) => stack.containerName(name)),
    );
    expect(lines.filter((line) => !line.endsWith("(healthy)"))).toEqual([]);
  }

  it(
    "has its images in a registry, once they are pushed",
    async () => {
      const listed = async () =>
        (await stack.succeed("images", "-s", stack.name)).trim().split("\n").slice(1);
      const rows = (state: string) =>
        ownImageNames.map((image) => [image, imageContent(root, image).slice(0, 16), state]);
      const columns = (lines: string[]) => lines.map((line) => line.split(/ +/));
      expect(columns(await listed())).toEqual(rows("missing"));
      await stack.succeed("images", "push", "-s", stack.name);
      expect(columns(await listed())).toEqual(rows("there"));
      const again = await stack.succeed("images", "push", "-s", stack.name);
      expect(again).not.toContain("building");
    },
    20 * minutes,
  );

  it(
    "waits for a machine that is still booting, and comes up on it",
    async () => {
      const told = await stack.up();
      expect(told).toContain(`waiting for ${machine.address}: cloud-init is still at work`);
      await allHealthy();
      const { frontend } = await stack.endpoints();
      expect(new URL(frontend.url).hostname).toBe(machine.address);
      for (const image of ownImageNames)
        expect((await stack.imageIds())[image]).toContain(`${imageRegistry}/${image}@sha256:`);
    },
    10 * minutes,
  );

  it("needs no change", async () => {
    expect(await stack.planned()).toEqual([]);
    expect(await stack.up()).toMatch(/\d+ unchanged/);
    await stack.succeed("pulumi", "preview", "-s", stack.name, "--refresh", "--expect-no-changes");
  });

  it("keeps keys and passwords out of the state and away from the machine's logs", async () => {
    const state = await stack.exportedState();
    const { Config } = JSON.parse(
      await machine.run(`docker inspect --format '{{json .}}' ${stack.containerName("minio")}`),
    ) as { Config: { Labels: object } };
    for (const { password } of Object.values(await stack.credentials())) {
      expect(state).not.toContain(password);
      expect(JSON.stringify(Config.Labels)).not.toContain(password);
    }
    expect(state).not.toContain(readFileSync(machine.key, "utf8").split("\n")[1]);
    expect(state).not.toContain(`${root}/`);
  });

  it("shows a person with a photo what it is taken for", async () => {
    const page = await openPage(browser);
    await page.goto((await stack.endpoints()).frontend.url);
    await page.setInputFiles("input[type=file]", realPhoto("food11_8_4.jpg"));
    await page.getByRole("button", { name: "See what it is" }).click();
    await page.waitForURL(/\/predictions\//);
    expect(FOOD_CLASSES).toContain(await page.getByRole("heading", { level: 1 }).textContent());
    await page.getByText("Saved.").waitFor();
    await screenshot(page, "ssh-host-prediction");
    await page.close();
    await uploadPhoto();
  });

  it("tells how its services fare, and what they log", async () => {
    const status = await stack.succeed("status", "-s", stack.name);
    expect(status.match(/ healthy /g)).toHaveLength(services.length);
    expect(status).toContain((await stack.endpoints()).frontend.url);
    expect(await stack.succeed("logs", "frontend", "-s", stack.name)).toContain("/predictions/");
  });

  it("takes a model that somebody publishes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "feedback-loop-model-"));
    const file = join(folder, "other.onnx");
    const model = withNote(readFileSync(process.env["FEEDBACK_LOOP_MODEL"]!));
    writeFileSync(file, model);
    const told = await stack.succeed("model", "publish", file, "-s", stack.name);
    rmSync(folder, { recursive: true });
    expect(told).toMatch(/model \S+ answers in stack/);
    const { inference } = await stack.endpoints();
    const answering = await (await fetch(`${inference.url}/model`)).json();
    expect(answering).toMatchObject({ sha256: createHash("sha256").update(model).digest("hex") });
  });

  it(
    "speaks TLS once it is told to, by an authority that people can have from it",
    async () => {
      const plain = new URL((await stack.endpoints()).frontend.url);
      await stack.setConfig("tls", "internal");
      await stack.up();
      const { frontend } = await stack.endpoints();
      expect(frontend.url).toBe(`https://${plain.host}`);
      const ca = (await stack.command("ca", "-s", stack.name)).stdout;
      expect(await httpsStatus(frontend.url, ca)).toBe(200);
      await expect(httpsStatus(frontend.url)).rejects.toThrow(/certificate/);
      const redirected = await fetch(plain, { redirect: "manual" });
      expect(redirected.headers.get("location")).toBe(`${frontend.url}/`);
      await stack.setConfig("tls", "off");
      await stack.up();
    },
    6 * minutes,
  );

  it("is found well by the doctor", async () => {
    const told = await stack.succeed("doctor", "-s", stack.name);
    const lines = told.split("\n").filter((line) => /^(ok|FAILED|unknown) /.test(line));
    expect(lines).toHaveLength(9);
    expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([]);
  });

  it("returns by itself when its Docker Engine restarts", async () => {
    await restartEngine(machine, stack.name, { withinSeconds: 100 });
    expect(await (await client()).rows(uploaded)).toHaveLength(uploaded.length);
    await uploadPhoto();
  });

  it("returns by itself when the machine reboots", async () => {
    await machine.command("reboot");
    await eventually(allHealthy, { withinSeconds: 100, everyMs: 1000 });
    expect(await (await client()).rows(uploaded)).toHaveLength(uploaded.length);
    await uploadPhoto();
    expect(await stack.planned()).toEqual([]);
  });

  describe("when another machine has its address", () => {
    it("refuses the other host key, with the reason and the way out", async () => {
      await machine.replace();
      await machine.booted();
      const { exitCode, stdout, stderr } = await stack.command("start", "-s", stack.name);
      expect(exitCode).not.toBe(0);
      expect(`${stdout}${stderr}`).toContain("shows another host key than the one that is known");
      expect(`${stdout}${stderr}`).toContain("config set --path ssh.hostKey");
    });

    it(
      "makes everything anew once the key is accepted, though it is killed three times",
      async () => {
        await stack.setConfig("ssh.hostKey", await machine.hostKey());
        for (const point of [/network \w+ created/, /container postgres created/, /job provision/])
          await stack.killedWhen(point, "start", "-s", stack.name);
        await start();
        await allHealthy();
        await uploadPhoto();
        expect(await stack.planned()).toEqual([]);
      },
      12 * minutes,
    );
  });

  it("says at its destruction that the machine can't be reached, and then that it is gone", async () => {
    await machine.command("stop");
    const silent = await stack.command("destroy", "-s", stack.name);
    expect(silent.exitCode).toBe(1);
    expect(silent.stderr).toContain(machine.address);
    await machine.command("start");
    await machine.booted();
    const told = await stack.succeed("destroy", "-s", stack.name);
    expect(told).toContain(stack.containerName("frontend"));
    expect(
      await machine.run("docker ps --all --quiet; docker network ls --quiet --filter type=custom"),
    ).toBe("");
    // What was kept is found by the settings, for the state knows of no machine any more.
    const kept = "docker volume ls --quiet --filter label=feedback-loop.stack";
    expect(await machine.run(kept)).toContain(stack.containerName("database"));
    const wiped = await stack.succeed("destroy", "-s", stack.name, "--volumes", "--yes");
    expect(wiped).toContain(stack.containerName("database"));
    expect(await machine.run(kept)).toBe("");
  });
});
