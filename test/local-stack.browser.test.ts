// One stack's whole life on this machine: deployed by Pulumi, used by people, hit by outages, changed, destroyed.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FOOD_CLASSES, classFolder } from "@feedback-loop/contract";
import type { Browser } from "playwright-core";
import { launch, openPage, screenshot } from "./support/browser";
import { docker, inspect, labelled } from "./support/docker";
import { eventually } from "./support/eventually";
import { LoopClient } from "./support/loop-client";
import { allRealPhotos, drawnPhoto, realPhoto, withoutMetadata } from "./support/photos";
import { succeed } from "../cli/processes";
import { pythonEnvironment, pythonProgram } from "../cli/setup/python";
import { type Credentials, TestStack, coreServices as services, root } from "./support/test-stack";

const minutes = 60_000;
// Each step waits for real processes, on a machine that may have two busy cores.
jest.setTimeout(minutes);

describe("a stack on this machine", () => {
  let stack: TestStack;
  let client: LoopClient;
  let credentials: Credentials;
  let frontendUrl: string;
  let browser: Browser;
  /** Everything that deployments printed. */
  let printed = "";

  beforeAll(async () => {
    browser = await launch();
    stack = await TestStack.create();
    printed += await stack.up();
    await connect();
  }, 20 * minutes);

  afterAll(async () => {
    await browser.close();
    await stack.dispose();
  }, 5 * minutes);

  async function connect(): Promise<void> {
    const endpoints = await stack.endpoints();
    credentials = await stack.credentials();
    client = new LoopClient(endpoints, credentials);
    frontendUrl = endpoints.frontend.url;
  }

  const containerIds = async () =>
    Object.fromEntries(
      await Promise.all(
        services.map(async (service) => [
          service,
          (await inspect(stack.containerName(service))).Id,
        ]),
      ),
    ) as Record<string, string>;

  /** All accepted photos are rows, each row's object holds what was sent without metadata, and nothing is there twice. */
  async function expectSaved(sent: ReadonlyMap<string, string>, withinSeconds: number) {
    const rows = await eventually(
      async () => {
        const found = await client.rows([...sent.keys()]);
        expect(found.map(({ id }) => id).sort()).toEqual([...sent.keys()].sort());
        return found;
      },
      { withinSeconds },
    );
    const keys = await client.photoKeys();
    for (const { id, object_key } of rows) {
      expect(keys.filter((key) => key.includes(id))).toEqual([object_key]);
      expect(await client.photo(object_key)).toEqual(withoutMetadata(sent.get(id)!));
    }
    const embeddings = await client.embeddingBytes();
    for (const { id } of rows)
      expect({ id, bytes: embeddings.get(id) }).toEqual({ id, bytes: embeddingBytes });
  }

  describe("once it is up", () => {
    it("has every service healthy", async () => {
      for (const service of services)
        expect((await inspect(stack.containerName(service))).State.Health?.Status).toBe("healthy");
      const status = await stack.succeed("status", "-s", stack.name);
      expect(status.match(/ healthy /g)).toHaveLength(services.length);
      expect(status).toContain(frontendUrl);
    });

    it.each(services)("gives %s no right that it doesn't need", async (service) => {
      const { HostConfig, Config } = await inspect(stack.containerName(service));
      expect(HostConfig).toMatchObject({
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
      });
      expect(HostConfig.Memory).toBeGreaterThan(0);
      expect(HostConfig.NanoCpus).toBeGreaterThan(0);
      expect(Config.User).not.toMatch(/^(|0|root)(:|$)/);
      for (const binding of Object.values(HostConfig.PortBindings ?? {}).flat())
        expect(binding.HostIp).toBe("127.0.0.1");
    });

    it("lets each user of the stores do its own work only", async () => {
      const asFrontend = (sql: string) => client.query(sql, [], "database-frontend");
      await expect(asFrontend("SELECT count(*) FROM predictions")).resolves.toHaveLength(1);
      await expect(asFrontend("SELECT count(*) FROM feedback")).resolves.toHaveLength(1);
      for (const forbidden of [
        "DELETE FROM predictions",
        "UPDATE predictions SET source = 'sample'",
        "DELETE FROM feedback",
        "UPDATE feedback SET kind = 'agree'",
        "SELECT count(*) FROM embeddings",
        "UPDATE embeddings SET vector = NULL",
        "DELETE FROM embeddings",
        "CREATE TABLE other (id int)",
      ])
        await expect(asFrontend(forbidden)).rejects.toThrow("permission denied");
      const inference = client.objectStore("object-store-inference");
      await expect(inference.statObject("models", "aliases/production")).resolves.toBeDefined();
      await expect(inference.putObject("models", "x", "x")).rejects.toThrow(/Access ?Denied/);
      const frontend = client.objectStore("object-store-frontend");
      await expect(frontend.getObject("models", "aliases/production")).rejects.toThrow(
        /Access ?Denied/,
      );
    });

    it("keeps every secret out of sight", async () => {
      const passwords = Object.values(credentials).map(({ password }) => password);
      expect(Object.keys(credentials)).toEqual(
        expect.arrayContaining(["frontend-session", "inference-internal", "database-superuser"]),
      );
      const state = await stack.exportedState();
      expect(state).toContain("ciphertext");
      const inspected = await Promise.all(
        services.map(async (service) =>
          JSON.stringify((await inspect(stack.containerName(service))).Config.Labels),
        ),
      );
      const logs = await Promise.all(
        services.map((service) => stack.succeed("logs", "-s", stack.name, service)),
      );
      for (const text of [state, printed, ...inspected, ...logs])
        expect(passwords.filter((password) => text.includes(password))).toEqual([]);
    });

    it("publishes a model once, and never over a later release", async () => {
      const { user, password } = credentials["object-store-root"]!;
      const env = {
        ...pythonEnvironment(),
        TEST_OBJECT_STORE_ENDPOINT: (await stack.endpoints()).objectStore.url,
        TEST_OBJECT_STORE_USER: user,
        TEST_OBJECT_STORE_PASSWORD: password,
      };
      const args = ["-m", "pytest", "-m", "service", "app/model/publish", "-p", "no:cacheprovider"];
      expect(await succeed(pythonProgram("python"), args, { cwd: root, env })).toMatch(
        /\b3 passed/,
      );
    });

    it("needs no change", async () => {
      expect(await stack.planned()).toEqual([]);
      expect(await stack.up()).toMatch(/\d+ unchanged/);
      expect(await stack.planned()).toEqual([]);
    });
  });

  describe("a person with a photo", () => {
    it.each([
      ["phone", "a real photo", () => realPhoto("food11_8_4.jpg")],
      ["desktop", "a drawn picture", () => drawnPhoto()],
    ] as const)("on a %s uploads %s and sees what it is taken for", async (size, name, photo) => {
      const page = await openPage(browser, { size });
      await page.goto(frontendUrl);
      await screenshot(page, `${size}-upload`);
      await page.setInputFiles("#photo", photo());
      await page.getByRole("button", { name: "See what it is" }).click();
      await page.waitForURL(/\/predictions\//);
      const heading = await page.getByRole("heading", { level: 1 }).textContent();
      expect(FOOD_CLASSES).toContain(heading);
      await page.getByText("Saved.").waitFor();
      await screenshot(page, `${size}-prediction-${name.replaceAll(" ", "-")}`);
      const shown = await page.locator("main img").first().evaluate(loadedWidth);
      expect(shown).toBeGreaterThan(0);
      const id = page.url().split("/").at(-1)!;
      await expectSaved(new Map([[id, photo()]]), 30);
      const [row] = await client.rows([id]);
      expect(FOOD_CLASSES[row!.class_index]).toBe(heading);
      expect(row!.object_key.startsWith(`${classFolder(row!.class_index)}/${id}.`)).toBe(true);
      expect(row!.probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 3);
      await page.close();
    });

    it("needs no JavaScript", async () => {
      const page = await openPage(browser, { javaScriptEnabled: false });
      await page.goto(frontendUrl);
      await page.setInputFiles("#photo", realPhoto("food11_3_411.jpg"));
      await page.getByRole("button", { name: "See what it is" }).click();
      await page.waitForURL(/\/predictions\//);
      expect(FOOD_CLASSES).toContain(await page.getByRole("heading", { level: 1 }).textContent());
      await page.close();
    });

    it("is told what to do about a file that is no photo", async () => {
      const response = await client.post("menu.jpg", Buffer.from("not a photo at all"));
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expect(await response.json()).toMatchObject({ code: expect.any(String) as string });
    });
  });

  describe("when the stores go down", () => {
    it(
      "loses no accepted photo and doubles none",
      async () => {
        const photos = allRealPhotos();
        const sent = new Map<string, string>();
        const killBefore = new Map([
          [8, "minio"],
          [16, "postgres"],
        ]);
        let begun = 0;
        const uploadSome = async () => {
          for (let turn = begun++; turn < 24; turn = begun++) {
            const victim = killBefore.get(turn);
            if (victim) await docker("kill", stack.containerName(victim));
            const photo = photos[turn % photos.length]!;
            sent.set((await client.upload(photo)).id, photo);
          }
        };
        await Promise.all([uploadSome(), uploadSome(), uploadSome()]);
        expect(sent.size).toBe(24);
        const last = await client.upload(photos[0]!);
        sent.set(last.id, photos[0]!);
        expect(last.saved).toBe(false);
        const said = await client.feedback(last.id, { kind: "flag" });
        expect(said.status).toBe(201);
        const page = await openPage(browser, { size: "phone" });
        await page.goto(`${frontendUrl}/predictions/${last.id}`);
        await page.getByText("Not saved yet").waitFor();
        await screenshot(page, "phone-prediction-not-saved-yet");
        await page.close();
        // A crash on top: what waits in the outbox has to survive the frontend itself.
        await docker("kill", stack.containerName("frontend"));
        await docker("start", stack.containerName("postgres"), stack.containerName("frontend"));
        await docker("start", stack.containerName("minio"));
        await expectSaved(sent, 120);
        await eventually(async () =>
          expect(await client.feedbackRows()).toMatchObject([
            { prediction_id: last.id, kind: "flag", class_index: null },
          ]),
        );
      },
      5 * minutes,
    );

    it(
      "says so when the model is down, and keeps nothing of the photo",
      async () => {
        await docker("kill", stack.containerName("inference"));
        const before = (await client.photoKeys()).length;
        const photo = realPhoto("food11_4_671.jpg");
        const response = await client.post("egg.jpg", readFileSync(photo));
        expect(response.status).toBe(503);
        await docker("start", stack.containerName("inference"));
        await eventually(() => client.upload(photo));
        await eventually(async () => expect(await client.photoKeys()).toHaveLength(before + 1));
      },
      2 * minutes,
    );
  });

  describe("a model that somebody trained", () => {
    it(
      "answers once it is published, and a file that is no model is refused",
      async () => {
        const pictures = mkdtempSync(join(tmpdir(), "pictures-"));
        const file = join(pictures, "trained.onnx");
        await stack.succeed("model", "draw", "--each", "6", "--out", join(pictures, "drawn"));
        await stack.succeed("model", "train", "--data", join(pictures, "drawn"), "--out", file);
        const before = await containerIds();
        const started = (await inspect(stack.containerName("inference"))).State.StartedAt;
        const told = await stack.succeed("model", "publish", file, "-s", stack.name);
        const { id } = await client.upload(drawnPhoto());
        const [row] = await eventually(async () => {
          const rows = await client.rows([id]);
          expect(rows).toHaveLength(1);
          return rows;
        });
        expect(told).toContain(`model ${row!.model_version} answers`);
        // The model was swapped, nothing restarted.
        expect(await containerIds()).toEqual(before);
        expect((await inspect(stack.containerName("inference"))).State.StartedAt).toBe(started);
        const refused = await stack.command("model", "publish", drawnPhoto(), "-s", stack.name);
        expect(refused.exitCode).toBe(1);
        expect(refused.stderr).toContain("it isn't an ONNX file");
        rmSync(pictures, { recursive: true });
      },
      2 * minutes,
    );
  });

  describe("when its settings change", () => {
    it(
      "replaces only the service that a setting is about",
      async () => {
        const before = await containerIds();
        await stack.setConfig("outboxLimitMiB", "256");
        const planned = (await stack.planned()).map(({ urn }) => urn.split("::").at(-1));
        expect(new Set(planned)).toEqual(new Set(["frontend", "frontend-ready"]));
        printed += await stack.up();
        const after = await containerIds();
        const changed = services.filter((service) => before[service] !== after[service]);
        expect(changed).toEqual(["frontend"]);
      },
      3 * minutes,
    );

    it(
      "reports every wrong setting at once",
      async () => {
        await stack.setConfig("outboxLimitMiB", "much");
        await stack.setConfig("colour", "red");
        const { exitCode, stdout, stderr } = await stack.command(
          "pulumi",
          "up",
          "-s",
          stack.name,
          "--yes",
        );
        expect(exitCode).not.toBe(0);
        expect(`${stdout}${stderr}`).toContain('outboxLimitMiB: "much" was given');
        expect(`${stdout}${stderr}`).toContain("colour: no such key");
        await stack.setConfig("outboxLimitMiB", "512");
        await stack.succeed("pulumi", "config", "rm", "-s", stack.name, "colour");
      },
      2 * minutes,
    );
  });

  describe("when it is destroyed", () => {
    // Of a name that no earlier run has left.
    const decoy = `decoy-${process.pid}-${Date.now()}`;
    const other = `feedback-loop.stack=${decoy}`;

    it(
      "leaves only its data, and nothing of another stack is touched",
      async () => {
        await docker("volume", "create", "--label", other, decoy);
        await docker("network", "create", "--label", other, decoy);
        const told = await stack.succeed("destroy", "-s", stack.name);
        const left = await labelled(stack.name);
        expect(left).toEqual(
          ["database", "gateway-data", "objects", "outbox"].map(
            (name) => `volume ${stack.containerName(name)}`,
          ),
        );
        for (const name of left) expect(told).toContain(name.split(" ")[1]);
        expect(await labelled(decoy)).toEqual([`network ${decoy}`, `volume ${decoy}`]);
        await docker("volume", "rm", decoy);
        await docker("network", "rm", decoy);
      },
      3 * minutes,
    );

    it("destroys again without complaint", async () => {
      expect(await stack.succeed("destroy", "-s", stack.name)).toContain(
        "Nothing was left to remove",
      );
    });

    it(
      "finds its data again when it comes back, under new passwords",
      async () => {
        const oldPassword = credentials["database-superuser"]!.password;
        printed += await stack.up();
        await connect();
        expect(credentials["database-superuser"]!.password).not.toBe(oldPassword);
        const [counted] = await client.query<{ count: string }>("SELECT count(*) FROM predictions");
        expect(Number(counted!.count)).toBeGreaterThanOrEqual(10);
        expect(await client.photoKeys()).toHaveLength(Number(counted!.count));
        await client.upload(realPhoto("userfeedback_egg.jpg"));
      },
      5 * minutes,
    );

    it("asks before it removes data", async () => {
      const { exitCode, stderr } = await stack.command("destroy", "-s", stack.name, "--volumes");
      expect(exitCode).not.toBe(0);
      expect(stderr).toContain("--yes");
      expect(await labelled(stack.name)).toContain(`volume ${stack.containerName("database")}`);
    });

    it(
      "leaves nothing at all when the data goes too",
      async () => {
        await stack.succeed("destroy", "-s", stack.name, "--volumes", "--yes");
        expect(await labelled(stack.name)).toEqual([]);
      },
      3 * minutes,
    );
  });
});

/** Of the demonstration model: 1280 numbers of 2 bytes each. */
const embeddingBytes = 1280 * 2;

/** Runs in the page: zero while a picture couldn't be shown. */
const loadedWidth = (image: { naturalWidth?: number }) => image.naturalWidth ?? 0;
