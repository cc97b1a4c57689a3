// From an empty service to a loaded model, with every way in which that fails on the way. The cache
// is a real folder, the store and the classifier stand-ins: neither is the subject.
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify from "fastify";
import type { PhotoClassifier } from "../classifier/photo-classifier";
import { NoModel } from "../errors";
import { goodMetadata, modelFile } from "../testing/onnx-file";
import { ModelRefused, ModelUnavailable } from "./errors";
import { ModelCache } from "./model-cache";
import { type ModelFile, sha256Of } from "./model-file";
import type { ModelStore } from "./model-store";
import { Serving } from "./serving";

const { log } = Fastify({ logger: false });

class MemoryStore implements ModelStore {
  down = false;
  downloads = 0;
  private readonly models = new Map<string, Buffer>();
  private published: string | undefined;

  publish(version: string): string {
    const bytes = modelFile({ ...goodMetadata, version });
    this.published = sha256Of(bytes);
    this.models.set(this.published, bytes);
    return this.published;
  }

  async alias() {
    await Promise.resolve();
    if (this.down) throw new ModelUnavailable("the store is down");
    if (this.published === undefined) throw new ModelUnavailable("nothing is published");
    return { sha256: this.published, version: "any", publishedAt: "2026-01-01T00:00:00Z" };
  }

  async model(sha256: string) {
    await Promise.resolve();
    this.downloads += 1;
    const bytes = this.models.get(sha256);
    if (bytes === undefined) throw new ModelUnavailable("no such model");
    return bytes;
  }
}

let folder: string;
let store: MemoryStore;
let closed: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "models-"));
  store = new MemoryStore();
  closed = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A service as after its start. Versions in `refused` fail their self-test. */
function service(refused: string[] = []): Serving {
  return new Serving({
    source: { store, cache: new ModelCache(folder), aliasName: "production" },
    retrySeconds: 0.01,
    startClassifier: async ({ description }: ModelFile): Promise<PhotoClassifier> => {
      await Promise.resolve();
      const { version } = description;
      if (refused.includes(version))
        throw new ModelRefused(`model ${version} failed its self-test`);
      return {
        model: description,
        waiting: 0,
        classify: () => Promise.reject(new Error("not asked for in these tests")),
        close: () => Promise.resolve(void closed.push(version)),
      };
    },
  });
}

async function loaded(serving: Serving): Promise<string> {
  await serving.load(log);
  return serving.current().model.version;
}

describe("a start with the store up", () => {
  it("loads the published model", async () => {
    store.publish("1");
    expect(await loaded(service())).toBe("1");
  });

  it("downloads a model once", async () => {
    store.publish("1");
    await loaded(service());
    await loaded(service());
    expect(store.downloads).toBe(1);
  });

  it("takes a newer model than the cached one", async () => {
    store.publish("1");
    await loaded(service());
    store.publish("2");
    expect(await loaded(service())).toBe("2");
  });

  it("falls back on the last good model if the published one is refused", async () => {
    store.publish("1");
    await loaded(service());
    store.publish("2");
    expect(await loaded(service(["2"]))).toBe("1");
    store.down = true; // and remembers which one that was
    expect(await loaded(service())).toBe("1");
  });

  it("fetches again what is damaged in the cache", async () => {
    const sha256 = store.publish("1");
    await loaded(service());
    truncateSync(join(folder, `${sha256}.onnx`), 20);
    expect(await loaded(service())).toBe("1");
    expect(store.downloads).toBe(2);
  });

  it("leaves nothing unfinished in the cache", async () => {
    const sha256 = store.publish("1");
    writeFileSync(join(folder, `${sha256}.onnx.unfinished`), "what a killed process left");
    await loaded(service());
    expect(readdirSync(folder).sort()).toEqual([`${sha256}.onnx`, "aliases"].sort());
  });
});

describe("a start with the store down", () => {
  it("uses the cache", async () => {
    store.publish("1");
    await loaded(service());
    store.down = true;
    expect(await loaded(service())).toBe("1");
  });

  it("discards a damaged cache, says why there is no model, and loads once the store is up", async () => {
    const sha256 = store.publish("1");
    await loaded(service());
    truncateSync(join(folder, `${sha256}.onnx`), 20);
    store.down = true;
    const serving = service();
    const loading = serving.load(log);
    await reasonIs(serving, "No model is loaded: the store is down; the cache holds no model.");
    expect(readdirSync(folder)).not.toContain(`${sha256}.onnx`);
    store.down = false;
    await loading;
    expect(serving.current().model.version).toBe("1");
  });
});

describe("a service without a model", () => {
  it("says at once that it is loading", () => {
    expect(() => service().current()).toThrow(NoModel);
    expect(() => service().current()).toThrow("No model is loaded: it is being loaded.");
  });

  it("loads what is published later", async () => {
    const serving = service();
    const loading = serving.load(log);
    await reasonIs(serving, "No model is loaded: nothing is published; the cache holds no model.");
    store.publish("1");
    await loading;
    expect(serving.current().model.version).toBe("1");
  });

  it("stops trying when it is closed", async () => {
    const serving = service();
    const loading = serving.load(log);
    await serving.close();
    await loading;
    expect(serving.currentOrNone()).toBeUndefined();
  });

  it("ends a classifier that came up while it was closed", async () => {
    store.publish("1");
    const serving = service();
    const loading = serving.load(log);
    await serving.close();
    await loading;
    expect(closed).toEqual(["1"]);
  });
});

/** Waits, by the loader's own retries, until the reason is the given one; jest's limit ends it. */
async function reasonIs(serving: Serving, message: string): Promise<void> {
  for (;;) {
    try {
      serving.current();
    } catch (error) {
      if ((error as Error).message === message) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
