// One stack's whole life on another machine that ssh reaches, and everything that such a machine does to a deployment.
import { readFileSync } from "node:fs";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import type { Browser } from "playwright-core";
import { launch, screenshot, sizes } from "./support/browser";
import { eventually } from "./support/eventually";
import { LabMachine, type MachineOptions } from "./support/lab-machine";
import { LoopClient } from "./support/loop-client";
import { realPhoto, withoutMetadata } from "./support/photos";
import { TestStack, root } from "./support/test-stack";
import { ownImages, ownImageName, type OwnImageName } from "../infra/images";
import { sourceHash } from "../infra/runtime/source-hash";

const minutes = 60_000;
jest.setTimeout(2 * minutes);
const services = ["frontend", "inference", "minio", "postgres"];

/** On the machine itself; what is pushed there goes with it. */
const imageRegistry = "127.0.0.1:5056/own";

const sshSettings = ({ address, key }: LabMachine, user = "cc"): [string, string][] => [
  ["target", "ssh"],
  ["ssh.address", address],
  ["ssh.user", user],
  ["ssh.privateKeyPath", key],
];

describe("a stack on another machine", () => {
  let machine: LabMachine;
  let stack: TestStack;
  let browser: Browser;
  /** Of the photos that people uploaded. */
  const uploaded: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    // Its set-up goes on until somebody has logged in: the deployment, which thus meets it still at work.
    const userData = () =>
      "#cloud-config\nruncmd:\n  - until journalctl -u ssh | grep -q 'Accepted publickey'; do sleep 1; done; sleep 3\n";
    machine = await LabMachine.boot({ bootDelay: 10, userData });
    stack = await TestStack.create(sshSettings(machine));
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
    const { id } = await loop.upload(photo);
    uploaded.push(id);
    const [row] = await eventually(async () => {
      const found = await loop.rows([id]);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(await loop.photo(row!.object_key)).toEqual(withoutMetadata(photo));
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
    "waits for a machine that is still booting, and comes up on it",
    async () => {
      const told = await stack.up();
      expect(told).toContain(`waiting for ${machine.address}: cloud-init is still at work`);
      await allHealthy();
      const { frontend } = await stack.endpoints();
      expect(new URL(frontend.url).hostname).toBe(machine.address);
    },
    20 * minutes,
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
    const page = await browser.newPage({ viewport: sizes.desktop });
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

  it("is found well by the doctor", async () => {
    const told = await stack.succeed("doctor", "-s", stack.name);
    const lines = told.split("\n").filter((line) => /^(ok|FAILED|unknown) /.test(line));
    expect(lines).toHaveLength(8);
    expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([]);
  });

  it("returns by itself when the machine reboots", async () => {
    await machine.command("reboot");
    await eventually(allHealthy, { withinSeconds: 100, everyMs: 1000 });
    expect(await (await client()).rows(uploaded)).toHaveLength(uploaded.length);
    await uploadPhoto();
    expect(await stack.planned()).toEqual([]);
  });

  it(
    "pulls the same images from a registry where one has them",
    async () => {
      const before = await stack.imageIds();
      await machine.run("systemctl start lab-images");
      for (const image of Object.keys(ownImages) as OwnImageName[]) {
        const content = sourceHash(root, ownImages[image].sources);
        const name = ownImageName(imageRegistry, image, content);
        await machine.run(`docker tag ${before[image]} ${name} && docker push --quiet ${name}`);
        await machine.run(`docker image rm ${name}`);
      }
      await stack.setConfig("imageRegistry", imageRegistry);
      await start();
      await allHealthy();
      for (const [image, id] of Object.entries(before))
        if (image in ownImages)
          expect(await machine.run(`docker image inspect --format '{{.Id}}' ${id}`)).toBe(
            `${id}\n`,
          );
      expect(Object.values(await stack.imageIds())).not.toContain(before["frontend"]);
      await uploadPhoto();
    },
    5 * minutes,
  );

  describe("when another machine has its address", () => {
    it("refuses the other host key, with the reason and the way out", async () => {
      await machine.copy("/srv/registry", () => machine.replace());
      await machine.booted();
      await machine.run("systemctl start lab-images");
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
  });
});

describe("a machine that isn't fit", () => {
  const ann = (key: string) =>
    `#cloud-config\nusers:\n  - name: ann\n    shell: /bin/bash\n    ssh_authorized_keys: ["${key}"]\n`;
  let machine: LabMachine;
  let stack: TestStack;

  async function boot(options: MachineOptions, user = "cc"): Promise<void> {
    machine = await LabMachine.boot(options);
    await machine.booted();
    stack = await TestStack.create(sshSettings(machine, user));
  }

  afterEach(async () => {
    await machine.dispose();
    stack.discard();
  });

  /** What a deployment says, which the doctor says too, each within a minute. */
  async function refusal(): Promise<string> {
    const began = Date.now();
    const { exitCode, stdout, stderr } = await stack.command(
      ...["pulumi", "up", "-s", stack.name, "--yes", "--skip-preview", "--color", "never"],
    );
    const took = (Date.now() - began) / 1000;
    expect(exitCode).not.toBe(0);
    expect(took).toBeLessThan(60);
    const doctor = await stack.command("doctor", "-s", stack.name);
    expect(doctor.exitCode).toBe(1);
    const words = doctor.stdout.split("\n").filter((line) => line.startsWith("FAILED"));
    expect(words).toHaveLength(1);
    const [, said] = /^FAILED +\w+ +(.*)$/.exec(words[0]!)!;
    // The amount that is free may differ between the two.
    expect(`${stdout}${stderr}`.replaceAll(/\d+ MiB/g, "")).toContain(
      said!.replaceAll(/\d+ MiB/g, ""),
    );
    return said!;
  }

  it(
    "is told of a key that doesn't fit, and of a user that isn't there",
    async () => {
      await boot({});
      await stack.setConfig("ssh.privateKeyPath", machine.otherKey);
      expect(await refusal()).toContain("doesn't let cc in with the key");
      await stack.setConfig("ssh.privateKeyPath", machine.key);
      await stack.setConfig("ssh.user", "nobody-here");
      expect(await refusal()).toContain("doesn't let nobody-here in");
    },
    4 * minutes,
  );

  it("is told of Docker that is missing where it may not be installed", async () => {
    await boot({ docker: false, userData: ann }, "ann");
    expect(await refusal()).toContain(
      "there is no Docker on the machine, and ann may not install it",
    );
  });

  it("is told of a full disk", async () => {
    await boot({ disk: "300m" });
    expect(await refusal()).toContain("MiB free where Docker keeps its data");
  });
});
