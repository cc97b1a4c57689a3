// The promise that matters most, under as much bad luck as fits in a minute: what was accepted is saved, once, and
// nothing else is. The stores and the model are a stack's own; the network in front of them is bad, their processes
// and the frontend's get killed. The seed is printed; FAULT_SEED=… repeats the same misfortunes.
import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { docker, inspect } from "./support/docker";
import { eventually } from "./support/eventually";
import { FaultProxy } from "./support/faults/fault-proxy";
import { Ledger, sha256 } from "./support/faults/ledger";
import {
  type Misfortune,
  type Proxied,
  proxied,
  schedule,
  seeded,
} from "./support/faults/schedule";
import { uploading } from "./support/faults/uploader";
import { FrontendContainer } from "./support/frontend-container";
import { FrontendProcess } from "./support/frontend-process";
import { LoopClient } from "./support/loop-client";
import { noisePhoto } from "./support/noise-photo";
import { type Accepted, Person } from "./support/person";
import { realPhoto } from "./support/photos";
import { type Credentials, type Endpoints, TestStack } from "./support/test-stack";

const minutes = 60_000;
const people = 4;
const photosAtLeast = 200;
const seed = Number(process.env["FAULT_SEED"] ?? Date.now() % 2 ** 32);

jest.setTimeout(5 * minutes);

describe("the loop under faults", () => {
  let stack: TestStack;
  let client: LoopClient;
  let credentials: Credentials;
  let endpoints: Endpoints;

  beforeAll(async () => {
    stack = await TestStack.create();
    await stack.up();
    endpoints = await stack.endpoints();
    credentials = await stack.credentials();
    client = new LoopClient(endpoints, credentials);
  }, 20 * minutes);

  afterAll(() => stack.dispose(), 5 * minutes);

  describe("with a bad network, and stores and frontend killed at random", () => {
    const outbox = mkdtempSync(join(tmpdir(), "feedback-loop-outbox-"));
    const ledger = new Ledger();
    const observed = { samples: 0, rowsWithoutObject: new Set<string>() };
    let proxies: Record<Proxied, FaultProxy>;
    let frontend: FrontendProcess;

    beforeAll(async () => {
      const target = (endpoint: keyof Endpoints) => {
        const { hostname, port } = new URL(endpoints[endpoint].url);
        return FaultProxy.open({ host: hostname, port: Number(port) });
      };
      proxies = {
        objectStore: await target("objectStore"),
        database: await target("postgres"),
        inference: await target("inference"),
      };
      frontend = new FrontendProcess(settings());
      await frontend.start();
      await live();
    });

    afterAll(async () => {
      await frontend?.kill();
      await Promise.all(Object.values(proxies ?? {}).map((proxy) => proxy.close()));
      rmSync(outbox, { recursive: true });
    });

    const settings = (): Record<string, string> => ({
      INFERENCE_URL: `http://127.0.0.1:${proxies.inference.port}`,
      INFERENCE_TIMEOUT_SECONDS: "2",
      INTERNAL_TOKEN: credentials["inference-internal"]!.password,
      SESSION_SECRET: credentials["frontend-session"]!.password,
      OBJECT_STORE_ENDPOINT: `http://127.0.0.1:${proxies.objectStore.port}`,
      OBJECT_STORE_USER: credentials["object-store-frontend"]!.user,
      OBJECT_STORE_PASSWORD: credentials["object-store-frontend"]!.password,
      DATABASE_HOST: "127.0.0.1",
      DATABASE_PORT: String(proxies.database.port),
      DATABASE_USER: credentials["database-frontend"]!.user,
      DATABASE_PASSWORD: credentials["database-frontend"]!.password,
      OUTBOX_DIR: outbox,
      SAVE_RETRY_SECONDS: "0.2",
      UPLOADS_PER_MINUTE_SESSION: "10000",
      UPLOADS_PER_MINUTE_ADDRESS: "10000",
    });

    /** People upload while misfortunes befall everything; then all is well again, and the outbox empties. */
    async function live(): Promise<void> {
      process.stdout.write(`faults.service.test.ts: FAULT_SEED=${seed}\n`);
      const random = seeded(seed);
      const misfortunes = schedule(random);
      const running = { now: true };
      const going = () => running.now || ledger.accepted().length < photosAtLeast;
      const everybody = Array.from({ length: people }, (_, at) =>
        uploading(new Person(() => frontend.url), { ledger, random: seeded(seed + at), going }),
      );
      const watching = watch(going);
      for (const { afterMs, misfortune } of misfortunes) {
        await sleep(afterMs);
        await befall(misfortune);
      }
      for (const name of proxied) await proxies[name].set({ kind: "none" });
      running.now = false;
      await Promise.all([...everybody, watching]);
      await eventually(async () => expect(await readdir(outbox)).toEqual([]));
      process.stdout.write(`faults.service.test.ts: ${ledger.summary()}\n`);
    }

    async function befall(misfortune: Misfortune): Promise<void> {
      switch (misfortune.kind) {
        case "fault":
          return proxies[misfortune.on].set(misfortune.fault);
        case "kill":
        case "start":
          await docker(misfortune.kind, stack.containerName(misfortune.store));
          return;
        case "crash":
          await frontend.kill();
          return frontend.start();
      }
    }

    /** Rows first: an object that is there afterwards may have come later than its row, but none is there too early. */
    async function watch(going: () => boolean): Promise<void> {
      while (going()) {
        await sleep(250);
        try {
          const rows = await client.allRows();
          const keys = new Set(await client.photoKeys());
          const without = rows.filter(({ object_key }) => !keys.has(object_key));
          for (const { id } of without) observed.rowsWithoutObject.add(id);
          observed.samples += 1;
        } catch {
          // A store is down: nothing can be seen of it.
        }
      }
    }

    it("had enough of everything", () => {
      expect(ledger.accepted().length).toBeGreaterThanOrEqual(photosAtLeast);
      expect(observed.samples).toBeGreaterThan(20);
      for (const { length } of [
        ledger.photos.filter(({ outcome }) => outcome === "refused"),
        ledger.photos.filter(({ outcome }) => outcome === "lost"),
        ledger.feedback.filter(({ outcome }) => outcome === "accepted"),
      ])
        expect(length).toBeGreaterThan(0);
    });

    it("never had a row without its object", () => {
      expect([...observed.rowsWithoutObject]).toEqual([]);
    });

    it("has a row for each accepted photo, an object for each row, and nothing else", async () => {
      const ids = new Set((await client.allRows()).map(({ id }) => id));
      expect(ledger.accepted().filter(({ id }) => !ids.has(id!))).toEqual([]);
      const keys = (await client.allRows()).map(({ object_key }) => object_key);
      expect((await client.photoKeys()).sort()).toEqual(keys.sort());
    });

    it("kept just what was sent, without its metadata, and each photo once", async () => {
      const kept = new Map<string, string>();
      for (const { id, object_key } of await client.allRows())
        kept.set(id, sha256(await client.photo(object_key)));
      for (const { id, keep } of ledger.accepted())
        expect({ id, keep: kept.get(id!) }).toEqual({ id, keep });
      // One whose answer was lost was kept or not, and those that were refused were not.
      for (const keep of new Set(kept.values())) {
        const sent = ledger.photos.filter((one) => one.keep === keep);
        const possible = sent.filter(({ outcome }) => outcome !== "refused");
        const times = [...kept.values()].filter((one) => one === keep).length;
        expect(times).toBeLessThanOrEqual(possible.length);
      }
    });

    it("has what the model saw in each photo", async () => {
      const embeddings = await client.embeddingBytes();
      const ids = (await client.allRows()).map(({ id }) => id);
      expect([...embeddings.keys()].sort()).toEqual(ids.sort());
      expect(new Set(embeddings.values()).size).toBe(1);
    });

    it("has each accepted feedback once, and no other", async () => {
      const rows = await client.feedbackRows();
      const byId = new Map(rows.map((row) => [row.id, row]));
      for (const { row } of ledger.feedback.filter(({ outcome }) => outcome === "accepted"))
        expect(byId.get(row!.id)).toMatchObject({
          prediction_id: row!.predictionId,
          kind: row!.kind,
          class_index: row!.classIndex,
        });
      for (const predictionId of new Set(rows.map((row) => row.prediction_id))) {
        const given = ledger.feedback.filter((one) => one.predictionId === predictionId);
        const possible = given.filter(({ outcome }) => outcome !== "refused");
        const times = rows.filter((row) => row.prediction_id === predictionId).length;
        expect(times).toBeLessThanOrEqual(possible.length);
      }
    });
  });

  describe("without the stores", () => {
    let frontend: FrontendContainer;
    afterEach(() => frontend?.dispose());

    it.each([
      ["the disk is full", { diskMiB: 3, limitMiB: 512 }, 700_000],
      ["the quota is reached", { diskMiB: 64, limitMiB: 16 }, 3_000_000],
    ])("takes photos until %s, and goes on when the stores are back", async (_, room, bytes) => {
      frontend = await FrontendContainer.start(stack, room);
      const person = new Person(() => frontend.url);
      const { accepted, refusal } = await fill(person, bytes);
      expect(accepted.length).toBeGreaterThan(2);
      expect(refusal.status).toBe(507);
      expect(refusal.headers.get("retry-after")).toMatch(/^\d+$/);
      expect(await refusal.json()).toMatchObject({
        code: "outbox-full",
        message: expect.stringMatching(/wasn't accepted.+used up/) as string,
        advice: expect.stringContaining("Try again") as string,
      });
      expect(await frontend.outbox()).toEqual(accepted.map((id) => `${id}.item`).sort());

      const before = await client.photoKeys();
      await frontend.reachStores();
      await eventually(async () => expect(await frontend.outbox()).toEqual([]));
      const later = await person.post("photo.png", noisePhoto(bytes));
      expect(later.status).toBe(201);
      const all = [...accepted, ((await later.json()) as Accepted).id];
      await eventually(async () => expect(await client.rows(all)).toHaveLength(all.length));
      expect(await client.photoKeys()).toHaveLength(before.length + all.length);
    });

    /** Uploads until it is refused; more than there can be room for would be too many. */
    async function fill(person: Person, bytes: number) {
      const accepted: string[] = [];
      while (accepted.length < 20) {
        const response = await person.post("photo.png", noisePhoto(bytes));
        if (response.status !== 201) return { accepted, refusal: response };
        accepted.push(((await response.json()) as Accepted).id);
      }
      throw new Error(`${accepted.length} photos of ${bytes} bytes were accepted`);
    }
  });

  describe("with more photos at once than memory for them", () => {
    it("answers each upload, and lives on", async () => {
      const state = async () => {
        const { State, RestartCount } = await inspect(stack.containerName("frontend"));
        return { RestartCount, OOMKilled: State.OOMKilled, StartedAt: State.StartedAt };
      };
      const before = await state();
      const photo = new Blob([new Uint8Array(noisePhoto(8 * 2 ** 20))]);
      const person = new Person(() => endpoints.frontend.url);
      const answers = await Promise.all(
        Array.from({ length: 40 }, async () => {
          const response = await person.post("photo.png", photo);
          return { status: response.status, body: (await response.json()) as { code?: string } };
        }),
      );
      const refused = answers.filter(({ status }) => status !== 201);
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(answers.length);
      for (const { status, body } of refused) {
        expect(status).toBe(503);
        expect(["too-many-uploads", "inference-busy"]).toContain(body.code);
      }
      expect(await state()).toEqual({ ...before, OOMKilled: false });
      await client.upload(realPhoto("userfeedback_egg.jpg"));
    });
  });
});
