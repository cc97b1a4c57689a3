// From an empty service to the published model and on to the next one, with every way in which that
// fails. The cache is a real folder, the store and the classifier are stand-ins: neither is the
// subject (swap.test.ts has the real ones).
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import Fastify from "fastify";
import type { PhotoClassifier } from "../classifier/photo-classifier";
import { NoModel } from "../errors";
import { goodMetadata, modelFile } from "../testing/onnx-file";
import { ModelRefused, ModelUnavailable } from "./errors";
import { ModelCache } from "./model-cache";
import { type ModelFile, sha256Of } from "./model-file";
import type { Download, ModelStore } from "./model-store";
import { Serving } from "./serving";

class MemoryStore implements ModelStore {
  down = false;
  looks = 0;
  downloads = 0;
  readonly models = new Map<string, Buffer>();
  private named: { sha256: string; version: string; publishedAt: string } | undefined;

  publish(version: string): string {
    const bytes = modelFile({ ...goodMetadata, version });
    const sha256 = sha256Of(bytes);
    this.models.set(sha256, bytes);
    this.looks += 1; // any number that grows will do for a time
    this.named = { sha256, version, publishedAt: String(this.looks) };
    return sha256;
  }

  withdraw(): void {
    this.named = undefined;
  }

  async alias() {
    await Promise.resolve();
    this.looks += 1;
    if (this.down) throw new ModelUnavailable("the store is down");
    if (this.named === undefined) throw new ModelUnavailable("nothing is published");
    return this.named;
  }

  async model(sha256: string, { take }: Download) {
    this.downloads += 1;
    const bytes = this.models.get(sha256);
    if (bytes === undefined) throw new ModelUnavailable("no such model");
    await take(Readable.from([bytes]));
  }
}

let folder: string;
let store: MemoryStore;
/** Versions of classifiers in the order in which they were started and closed. */
let started: string[];
let closed: string[];
let running: Serving[];
let logged: string;
const { log } = Fastify({
  logger: {
    stream: new Writable({
      write(chunk: Buffer, _, done) {
        logged += chunk.toString();
        done();
      },
    }),
  },
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "models-"));
  store = new MemoryStore();
  [started, closed, running, logged] = [[], [], [], ""];
});
afterEach(async () => {
  await Promise.all(running.map((serving) => serving.close()));
  rmSync(folder, { recursive: true });
});

/** A service that has just started. Versions in `refused` fail their self-test. */
function service(refused: string[] = []): Serving {
  const serving = new Serving({
    source: { store, cache: new ModelCache(folder), aliasName: "production" },
    retrySeconds: 0.01,
    pollSeconds: 0.01,
    startClassifier: async ({ description, sha256 }: ModelFile): Promise<PhotoClassifier> => {
      await Promise.resolve();
      const { version } = description;
      started.push(version);
      if (refused.includes(version))
        throw new ModelRefused(`model ${version} failed its self-test`);
      return {
        model: description,
        sha256,
        waiting: 0,
        running: 0,
        classify: () => Promise.reject(new Error("not asked for in these tests")),
        close: () => Promise.resolve(void closed.push(version)),
      };
    },
  });
  running.push(serving);
  void serving.follow(log);
  return serving;
}

const versionOf = (serving: Serving) => serving.currentOrNone()?.model.version;

/** Waits, by the service's own tries, until `holds`; jest's limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const answers = (serving: Serving, version: string) => until(() => versionOf(serving) === version);

/** A start and a stop, after which `version` is the last good model. */
async function hasServed(version: string): Promise<void> {
  const serving = service();
  await answers(serving, version);
  await serving.close();
}

/** Waits until the service has looked at the alias a few times more. */
async function looksAgain(): Promise<void> {
  const enough = store.looks + 4;
  await until(() => store.looks >= enough);
}

const warnings = () =>
  logged
    .split("\n")
    .filter((line) => line.includes('"level":40'))
    .map((line) => (JSON.parse(line) as { reason: string }).reason);

const modelFiles = () => readdirSync(folder).filter((name) => name.endsWith(".onnx"));

describe("a start with the store up", () => {
  it("loads the published model", async () => {
    store.publish("1");
    const serving = service();
    await answers(serving, "1");
    expect(serving.refusal()).toBeUndefined();
  });

  it("downloads a model once", async () => {
    store.publish("1");
    await hasServed("1");
    await hasServed("1");
    expect(store.downloads).toBe(1);
  });

  it("takes a newer model than the cached one", async () => {
    store.publish("1");
    await hasServed("1");
    store.publish("2");
    await answers(service(), "2");
    expect(started).toEqual(["1", "2"]);
  });

  it("falls back on the last good model if the published one is refused", async () => {
    store.publish("1");
    await hasServed("1");
    const sha256 = store.publish("2");
    const serving = service(["2"]);
    await answers(serving, "1");
    const reason = "model 2 failed its self-test.";
    expect(serving.refusal()).toEqual({ sha256, version: "2", reason });
    await serving.close();
    store.down = true; // and remembers which one that was
    await answers(service(), "1");
  });

  it("falls back on the one before if the last good one is damaged", async () => {
    store.publish("1");
    await hasServed("1");
    const sha256 = store.publish("2");
    await hasServed("2");
    store.down = true;
    truncateSync(join(folder, `${sha256}.onnx`), 20);
    await answers(service(), "1");
  });

  it("fetches again what is damaged in the cache", async () => {
    const sha256 = store.publish("1");
    await hasServed("1");
    truncateSync(join(folder, `${sha256}.onnx`), 20);
    await hasServed("1");
    expect(store.downloads).toBe(2);
  });
});

describe("a start with the store down", () => {
  it("uses the cache, and takes the published model once the store is up", async () => {
    store.publish("1");
    await hasServed("1");
    store.publish("2");
    store.down = true;
    const serving = service();
    await answers(serving, "1");
    store.down = false;
    await answers(serving, "2");
    await until(() => closed.length === 2);
    expect(closed).toEqual(["1", "1"]);
  });

  it("discards a damaged cache, says why there is no model, and loads once the store is up", async () => {
    const sha256 = store.publish("1");
    await hasServed("1");
    truncateSync(join(folder, `${sha256}.onnx`), 20);
    store.down = true;
    const serving = service();
    await reasonIs(serving, "No model is loaded: the store is down; the cache holds no model.");
    expect(readdirSync(folder)).not.toContain(`${sha256}.onnx`);
    store.down = false;
    await answers(serving, "1");
  });
});

describe("a service without a model", () => {
  it("says at once that it is loading", () => {
    expect(() => service().current()).toThrow(NoModel);
    expect(() => service().current()).toThrow("No model is loaded: it is being loaded.");
  });

  it("loads what is published later", async () => {
    const serving = service();
    await reasonIs(serving, "No model is loaded: nothing is published; the cache holds no model.");
    store.publish("1");
    await answers(serving, "1");
  });

  it("doesn't start a refused model again and again", async () => {
    store.publish("1");
    const serving = service(["1"]);
    const reason = "model 1 failed its self-test; the cache holds no model.";
    await reasonIs(serving, `No model is loaded: ${reason}`);
    await looksAgain();
    expect(started).toEqual(["1"]);
    expect(warnings()).toEqual([reason]);
    store.publish("2");
    await answers(serving, "2");
  });

  it("stops trying when it is closed", async () => {
    const serving = service();
    await serving.close();
    const { looks } = store;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(store.looks).toBe(looks);
    expect(serving.currentOrNone()).toBeUndefined();
  });

  it("ends a classifier that came up while it was closed", async () => {
    store.publish("1");
    const serving = service();
    await until(() => started.length > 0);
    await serving.close();
    expect(closed).toEqual(["1"]);
  });
});

describe("a service with a model", () => {
  let serving: Serving;

  async function serves(version: string, refused: string[] = []): Promise<void> {
    store.publish(version);
    serving = service(refused);
    await answers(serving, version);
  }

  it("takes the next one and ends the one before, each once", async () => {
    await serves("1");
    store.publish("2");
    await answers(serving, "2");
    store.publish("3");
    await answers(serving, "3");
    await looksAgain();
    expect([started, closed]).toEqual([
      ["1", "2", "3"],
      ["1", "2"],
    ]);
    expect(warnings()).toEqual([]);
  });

  it("goes back to the model before from its cache", async () => {
    await serves("1");
    store.publish("2");
    await answers(serving, "2");
    store.publish("1");
    await answers(serving, "1");
    expect(store.downloads).toBe(2);
  });

  it("keeps it when the next one is refused, and says so once", async () => {
    await serves("1", ["2"]);
    const sha256 = store.publish("2");
    await until(() => serving.refusal() !== undefined);
    await looksAgain();
    const reason = "model 2 failed its self-test.";
    expect(serving.refusal()).toEqual({ sha256, version: "2", reason });
    expect(versionOf(serving)).toBe("1");
    expect([started, closed]).toEqual([["1", "2"], []]);
    expect(warnings()).toEqual([reason]);
    expect(modelFiles()).toHaveLength(1);
  });

  it("tries a refused one again when the alias is written anew", async () => {
    await serves("1", ["2"]);
    store.publish("2");
    await until(() => serving.refusal() !== undefined);
    store.publish("2");
    await until(() => started.length === 3);
    expect(started).toEqual(["1", "2", "2"]);
  });

  it("forgets a refused one when the alias is as it was", async () => {
    await serves("1", ["2"]);
    store.publish("2");
    await until(() => serving.refusal() !== undefined);
    store.publish("1");
    await until(() => serving.refusal() === undefined);
    expect(started).toEqual(["1", "2"]);
  });

  it("tries again to get one that the store doesn't have yet", async () => {
    await serves("1");
    const sha256 = store.publish("2");
    const bytes = store.models.get(sha256)!;
    store.models.delete(sha256);
    await until(() => serving.refusal() !== undefined);
    await looksAgain();
    expect(serving.refusal()).toEqual({ sha256, version: "2", reason: "no such model." });
    expect(warnings()).toEqual(["no such model."]);
    store.models.set(sha256, bytes);
    await answers(serving, "2");
    expect(serving.refusal()).toBeUndefined();
  });

  it("keeps it while the store is down or the alias is gone, and warns once of each", async () => {
    await serves("1");
    store.down = true;
    await until(() => warnings().length > 0);
    await looksAgain();
    store.down = false;
    store.withdraw();
    await until(() => warnings().length > 1);
    await looksAgain();
    expect(warnings()).toEqual(["the store is down.", "nothing is published."]);
    expect(versionOf(serving)).toBe("1");
    expect(serving.refusal()).toBeUndefined();
    store.publish("2");
    await answers(serving, "2");
  });

  it("keeps the models taken last in its cache, and nothing unfinished", async () => {
    await serves("1");
    writeFileSync(join(folder, `${sha256Of(Buffer.from("a"))}.onnx.unfinished`), "left by a kill");
    const kept = [store.publish("2")];
    await answers(serving, "2");
    kept.push(store.publish("3"));
    await answers(serving, "3");
    await serving.close();
    const models = kept.map((sha256) => `${sha256}.onnx`);
    expect(readdirSync(folder).sort()).toEqual([...models, "aliases"].sort());
  });

  it("lives with a cache that can't be written", async () => {
    await serves("1");
    // By then it has written down what it serves.
    await looksAgain();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "no folder any more");
    store.publish("2");
    await until(() => serving.refusal() !== undefined);
    expect(serving.refusal()?.reason).toMatch(/ENOTDIR: not a directory/);
    expect(versionOf(serving)).toBe("1");
    rmSync(folder);
    await answers(serving, "2");
  });
});

async function reasonIs(serving: Serving, message: string): Promise<void> {
  await until(() => {
    try {
      serving.current();
    } catch (error) {
      return (error as Error).message === message;
    }
    return false;
  });
}
