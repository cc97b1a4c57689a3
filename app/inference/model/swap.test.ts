// The service as a whole while its published model changes: real HTTP on both sides, real worker
// threads and onnxruntime, tiny models.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getActiveResourcesInfo } from "node:process";
import type { FastifyInstance } from "fastify";
import sharp from "sharp";
import { buildApp } from "../app";
import { Classifier } from "../classifier/classifier";
import { ModelCache } from "./model-cache";
import { Serving } from "./serving";
import { HttpStore } from "./testing/http-store";
import { tinyModel } from "./testing/tiny-model";

interface Ready {
  modelVersion?: string;
  message?: string;
}

let folder: string;
let store: HttpStore;
let serving: Serving;
let app: FastifyInstance | undefined;
let origin: string;
let photo: Buffer<ArrayBuffer>;

beforeAll(async () => {
  const red = { width: 20, height: 20, channels: 3, background: "red" } as const;
  photo = Buffer.from(await sharp({ create: red }).png().toBuffer());
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "models-"));
  store = new HttpStore();
  await store.start();
});
afterEach(async () => {
  await stop();
  await store.stop();
  rmSync(folder, { recursive: true });
});

async function start({ workers = 1 } = {}): Promise<void> {
  serving = new Serving({
    source: { store: store.client(), cache: new ModelCache(folder), aliasName: "production" },
    startClassifier: (file) =>
      Classifier.start(file, { workers, maxWaiting: 1000, onWorkerLost: () => undefined }),
    retrySeconds: 0.05,
    pollSeconds: 0.05,
  });
  app = buildApp({
    serving,
    bodyLimitMiB: 1,
    bodiesMemoryMiB: 10,
    requestTimeoutSeconds: 60,
    closeWithinSeconds: 20,
    logger: false,
  });
  void serving.follow(app.log);
  origin = await app.listen({ host: "127.0.0.1", port: 0 });
}

async function stop(): Promise<void> {
  await app?.close();
  await serving.close();
  app = undefined;
}

async function ready(): Promise<Ready> {
  return (await (await fetch(`${origin}/readyz`)).json()) as Ready;
}

/** Waits, by the service's own tries, until `holds`; jest's limit ends it. */
async function until(holds: (ready: Ready) => boolean): Promise<Ready> {
  for (;;) {
    const now = await ready();
    if (holds(now)) return now;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const answers = (version: string) => until(({ modelVersion }) => modelVersion === version);

async function predict(): Promise<{ status: number; modelVersion: string; prediction: string }> {
  const headers = { "content-type": "image/png" };
  const response = await fetch(`${origin}/predict`, { method: "POST", headers, body: photo });
  const body = (await response.json()) as { modelVersion: string; prediction: string };
  return { status: response.status, ...body };
}

describe("a swap under load", () => {
  it("fails no request, and after it only the new model answers", async () => {
    store.publish(tinyModel({ version: "v0" }));
    await start({ workers: 2 });
    await answers("v0");

    let sending = true;
    const seen = new Map<string, number>();
    const callers = Array.from({ length: 8 }, async () => {
      while (sending) {
        const { status, modelVersion } = await predict();
        const key = `${status} ${modelVersion}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
    });
    for (const version of ["v1", "v2", "v3", "v4"]) {
      store.publish(tinyModel({ version }));
      await answers(version);
      const after = await Promise.all(Array.from({ length: 40 }, predict));
      expect(new Set(after.map(({ modelVersion }) => modelVersion))).toEqual(new Set([version]));
    }
    sending = false;
    await Promise.all(callers);
    expect([...seen.keys()].sort()).toEqual(["200 v0", "200 v1", "200 v2", "200 v3", "200 v4"]);
    const total = [...seen.values()].reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(200);
  });

  it("answers what the old model had accepted", async () => {
    store.publish(tinyModel({ version: "v0", logits: [5, 0, 0] }));
    await start({ workers: 2 });
    await answers("v0");
    const accepted = Array.from({ length: 300 }, predict);
    store.publish(tinyModel({ version: "v1", logits: [0, 5, 0] }));
    const expected: Record<string, string> = { v0: "Bread", v1: "Egg" };
    for (const { status, modelVersion, prediction } of await Promise.all(accepted)) {
      expect([status, prediction]).toEqual([200, expected[modelVersion]]);
    }
    await answers("v1");
  });
});

describe("a published model that can't answer", () => {
  const good = tinyModel({ version: "good" });
  const corrupt = Buffer.from(tinyModel({ version: "bad" }));
  corrupt.fill(0xff, 40, 200);

  it.each<[string, () => string, RegExp]>([
    [
      "not ONNX",
      () => store.publish(Buffer.from("<html>not found</html>"), { version: "bad" }),
      /^it isn't an ONNX file\.$/,
    ],
    [
      "an ONNX file of another kind",
      () => store.publish(Buffer.alloc(0), { version: "bad" }),
      /^it declares no format; known is/,
    ],
    [
      "corrupt",
      () => store.publish(corrupt, { version: "bad" }),
      /^(model bad failed its self-test: .*|it isn't an ONNX file)\.$/,
    ],
    [
      "of other bytes than its name says",
      () => {
        const sha256 = store.publish(tinyModel({ version: "bad" }), { version: "bad" });
        store.objects.set(`${sha256}.onnx`, tinyModel({ version: "another" }));
        return sha256;
      },
      /has another hash than its name says\.$/,
    ],
    [
      "missing",
      () => store.publish(tinyModel({ version: "bad" }), { version: "bad", file: false }),
      /can't be read: NoSuchKey\.$/,
    ],
    [
      "of too many outputs",
      () => store.publish(tinyModel({ version: "bad", logits: [1, 2, 3, 4] }), { version: "bad" }),
      /^model bad failed its self-test: .*4 values for 3 classes\.$/,
    ],
    [
      "of outputs that aren't numbers",
      () => store.publish(tinyModel({ version: "bad", logits: [1, NaN, 3] }), { version: "bad" }),
      /^model bad failed its self-test: .*NaN.*\.$/,
    ],
  ])("is refused when it is %s; the last good one answers on", async (_, publish, reason) => {
    store.publish(good);
    await start();
    await answers("good");
    const sha256 = publish();
    await until(() => serving.refusal() !== undefined);
    expect(serving.refusal()).toMatchObject({ sha256, version: "bad" });
    expect(serving.refusal()?.reason).toMatch(reason);
    expect(await predict()).toMatchObject({ status: 200, modelVersion: "good" });

    store.publish(tinyModel({ version: "better" }));
    await answers("better");
    expect(serving.refusal()).toBeUndefined();
    expect(readdirSync(folder).filter((name) => name.endsWith(".onnx"))).toHaveLength(2);
  });

  it("leaves a service without any model unready, with the reason", async () => {
    store.publish(tinyModel({ version: "bad", logits: [NaN, NaN, NaN] }), { version: "bad" });
    await start();
    const { message } = await until((now) => now.message?.includes("self-test") === true);
    expect(message).toMatch(/^No model is loaded: model bad failed its self-test: .*NaN/);
    store.publish(good);
    await answers("good");
  });
});

describe("the store's outages", () => {
  it("don't matter to a service with a model, nor to its next start", async () => {
    store.publish(tinyModel({ version: "v0" }));
    await start();
    await answers("v0");
    await store.stop();
    expect(await predict()).toMatchObject({ status: 200, modelVersion: "v0" });
    await stop();

    await start();
    await answers("v0");
    store.publish(tinyModel({ version: "v1" }));
    await store.start();
    await answers("v1");
  });
});

describe("closing", () => {
  const threads = () =>
    getActiveResourcesInfo().filter((kind) => ["MessagePort", "Worker"].includes(kind)).length;

  it.each<[string, () => Promise<void>]>([
    [
      "while the alias is asked for",
      async () => {
        const asked = new Promise<void>((resolve) => (store.answer = () => resolve()));
        await start();
        await asked;
      },
    ],
    [
      "during a download",
      async () => {
        await start();
        const downloading = new Promise<void>((resolve) => {
          store.answer = (request, response) => {
            if (request.url?.includes("aliases"))
              response.end(store.objects.get("aliases/production"));
            else response.write("half of it", () => resolve());
          };
        });
        store.publish(tinyModel({ version: "v1" }));
        await downloading;
      },
    ],
    [
      "while workers start",
      async () => {
        store.publish(tinyModel({ version: "v1" }));
        const starting = jest.spyOn(Classifier, "start");
        await start();
        while (starting.mock.calls.length === 0) await new Promise((go) => setTimeout(go, 1));
        starting.mockRestore();
      },
    ],
    [
      "at a swap under load",
      async () => {
        store.publish(tinyModel({ version: "v0" }));
        await start({ workers: 2 });
        await answers("v0");
        const accepted = Array.from({ length: 50 }, predict);
        store.publish(tinyModel({ version: "v1" }));
        await answers("v1");
        for (const { status } of await Promise.all(accepted)) expect(status).toBe(200);
      },
    ],
  ])("%s leaves no thread and no connection", async (_, reach) => {
    const before = threads();
    await reach();
    await stop();
    expect(threads()).toBe(before);
    while ((await store.connections()) > 0) await new Promise((go) => setTimeout(go, 5));
  });
});
