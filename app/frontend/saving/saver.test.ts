// The real saver and the real outbox on a real folder; the two stores are in memory, so that each can
// fail at a chosen moment.
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NewFeedback, type NewPrediction, UnknownPrediction } from "@feedback-loop/database";
import { Outbox } from "./outbox";
import type { OutboxItem } from "./outbox-file";
import { Saver, type SavingStep } from "./saver";
import { eventually } from "./testing/eventually";
import { exampleFeedback, exampleItem } from "./testing/example-item";

let folder: string;
let outbox: Outbox;
let stores: MemoryStores;
let saver: Saver;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "saver-"));
  outbox = await Outbox.open(folder, 2 ** 24);
  stores = new MemoryStores();
  saver = newSaver();
});
afterEach(async () => {
  await saver.stop();
  await rm(folder, { recursive: true });
});

function newSaver(retrySeconds = 0.01, orphanRetrySeconds = 3600): Saver {
  const parts = { outbox, photos: stores, log: stores, events: stores };
  return new Saver({ ...parts, retrySeconds, orphanRetrySeconds });
}

async function accept(item: OutboxItem = exampleItem()): Promise<string> {
  await outbox.put(item);
  saver.arrived(item.prediction.id);
  return item.prediction.id;
}

async function giveFeedback(predictionId: string): Promise<NewFeedback> {
  const feedback = exampleFeedback(predictionId);
  await outbox.putFeedback(feedback);
  saver.feedbackArrived(feedback.id);
  return feedback;
}

describe("the saver", () => {
  it("saves object, then row, then forgets the item", async () => {
    const item = exampleItem();
    const id = await accept(item);
    await eventually(() => stores.savedIds.includes(id));
    expect(stores.order).toEqual([`object ${item.prediction.objectKey}`, `row ${id}`]);
    expect(stores.objects.get(item.prediction.objectKey)).toEqual({
      photo: item.photo,
      mediaType: "image/jpeg",
    });
    expect(stores.rows.get(id)).toEqual(item.prediction);
    expect(await readdir(folder)).toEqual([]);
  });

  it("begins with what an earlier process left", async () => {
    const item = exampleItem();
    await outbox.put(item);
    saver.start();
    await eventually(() => stores.rows.has(item.prediction.id));
  });

  it.each<[string, SavingStep[]]>([
    ["the object store", ["object"]],
    ["the database", ["row"]],
    ["both", ["object", "row"]],
  ])("keeps everything while %s is down, and saves it once it is back", async (_which, down) => {
    down.forEach((step) => stores.down.add(step));
    const ids = await Promise.all(Array.from({ length: 9 }, () => accept()));
    await eventually(() => stores.failures.length >= ids.length);
    expect(stores.rows.size).toBe(0);
    expect(outbox.state().depth).toBe(ids.length);

    stores.down.clear();
    await eventually(() => outbox.state().depth === 0);
    expect([...stores.rows.keys()].sort()).toEqual([...ids].sort());
    expect(stores.objects.size).toBe(ids.length);
    expect(stores.savedIds).toHaveLength(ids.length);
    expect(stores.rowsWithoutObject).toEqual([]);
  });

  it("stops trying all others when nothing succeeds", async () => {
    saver = newSaver(3600);
    stores.down.add("object");
    const items = Array.from({ length: 20 }, () => exampleItem());
    for (const item of items) await outbox.put(item);
    saver.start();
    await eventually(() => stores.failures.length >= 2);
    await saver.stop();
    expect(stores.failures.length).toBeLessThan(5);
  });

  it("tries a new item at once while others rest", async () => {
    saver = newSaver(3600);
    stores.down.add("row");
    await accept();
    await eventually(() => stores.failures.length === 1);
    stores.down.clear();
    const id = await accept();
    await eventually(() => stores.rows.has(id));
    expect(stores.failures).toEqual(["row"]);
  });

  it("isn't held up by an item that no store will take", async () => {
    const poison = exampleItem();
    stores.refused.add(poison.prediction.id);
    await accept(poison);
    const ids = await Promise.all(Array.from({ length: 5 }, () => accept()));
    await eventually(() => ids.every((id) => stores.savedIds.includes(id)));
    expect(outbox.waiting()).toEqual([poison.prediction.id]);
  });

  it("sets an unreadable item aside and goes on", async () => {
    const [broken, whole] = [exampleItem(), exampleItem()];
    await outbox.put(broken);
    await writeFile(join(folder, `${broken.prediction.id}.item`), "scrambled");
    await outbox.put(whole);
    saver.start();
    await eventually(() => stores.savedIds.includes(whole.prediction.id));
    await eventually(() => stores.damagedIds.length > 0);
    expect(stores.damagedIds).toEqual([broken.prediction.id]);
    expect(outbox.state().depth).toBe(0);
  });

  it("finishes what is under way when it is stopped, and begins nothing new", async () => {
    const first = await accept();
    await saver.stop();
    expect(stores.rows.has(first)).toBe(true);
    await accept();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(stores.rows.size).toBe(1);
  });
});

describe("saving feedback", () => {
  it("gives it to the database and forgets it", async () => {
    const id = await accept();
    await eventually(() => stores.rows.has(id));
    const feedback = await giveFeedback(id);
    await eventually(() => outbox.state().feedbackDepth === 0);
    expect(stores.feedback.get(feedback.id)).toEqual(feedback);
    expect(stores.savedKinds).toEqual(["correction"]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("waits for its photo, and follows at once", async () => {
    saver = newSaver(3600);
    stores.hold = true;
    const id = await accept();
    const feedback = await giveFeedback(id);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(stores.order).toEqual([]);
    stores.release();
    await eventually(() => stores.feedback.has(feedback.id));
    expect(stores.order.slice(1)).toEqual([`row ${id}`, `feedback ${feedback.id}`]);
    expect([stores.failures, stores.orphanedIds]).toEqual([[], []]);
  });

  it("is done with what an earlier process left", async () => {
    const item = exampleItem();
    const feedback = exampleFeedback(item.prediction.id);
    await outbox.putFeedback(feedback);
    await outbox.put(item);
    saver.start();
    await eventually(() => stores.feedback.has(feedback.id));
    expect(stores.orphanedIds).toEqual([]);
  });

  it("keeps it while the database is down, and saves it once it is back", async () => {
    const id = await accept();
    await eventually(() => stores.savedIds.includes(id));
    stores.down.add("feedback");
    const { id: feedbackId } = await giveFeedback(id);
    await eventually(() => stores.failures.length > 1);
    expect(outbox.state().feedbackDepth).toBe(1);
    stores.down.clear();
    await eventually(() => stores.feedback.has(feedbackId));
    await eventually(() => outbox.state().feedbackDepth === 0);
    expect(stores.failures).toContain("feedback");
  });

  it("keeps it if its prediction is nowhere, without trying it all the time", async () => {
    const orphan = await giveFeedback(randomUUID());
    await eventually(() => stores.orphanedIds.length > 0);
    const id = await accept();
    await giveFeedback(id);
    await eventually(() => stores.savedKinds.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(stores.orphanedIds).toEqual([orphan.id]);
    expect(outbox.waitingFeedback()).toEqual([orphan.id]);
    expect(stores.failures).toEqual([]);
  });

  it("saves it if its prediction comes back", async () => {
    saver = newSaver(0.01, 0.01);
    const { prediction } = exampleItem();
    const { id } = await giveFeedback(prediction.id);
    await eventually(() => stores.orphanedIds.length > 1);
    stores.rows.set(prediction.id, prediction);
    await eventually(() => stores.feedback.has(id));
    await eventually(() => outbox.state().feedbackDepth === 0);
  });

  it("keeps it if its photo can't be read", async () => {
    const item = exampleItem();
    await outbox.put(item);
    await writeFile(join(folder, `${item.prediction.id}.item`), "scrambled");
    const { id } = await giveFeedback(item.prediction.id);
    saver.arrived(item.prediction.id);
    await eventually(() => stores.orphanedIds.includes(id));
    expect(stores.damagedIds).toEqual([item.prediction.id]);
    expect(outbox.waitingFeedback()).toEqual([id]);
  });

  it("sets aside what can't be read", async () => {
    const { id } = exampleFeedback(randomUUID());
    await writeFile(join(folder, `${id}.feedback`), "scrambled");
    outbox = await Outbox.open(folder, 2 ** 24);
    saver = newSaver();
    saver.start();
    await eventually(() => stores.damagedIds.includes(id));
    expect(await readdir(folder)).toEqual([`${id}.damaged`]);
  });
});

/** Object store, database and listener in one. */
class MemoryStores {
  readonly down = new Set<SavingStep>();
  readonly refused = new Set<string>();
  readonly objects = new Map<string, { photo: Buffer; mediaType: string }>();
  readonly rows = new Map<string, NewPrediction>();
  readonly order: string[] = [];
  readonly rowsWithoutObject: string[] = [];
  readonly failures: SavingStep[] = [];
  readonly savedIds: string[] = [];
  readonly damagedIds: string[] = [];
  readonly feedback = new Map<string, NewFeedback>();
  readonly savedKinds: string[] = [];
  readonly orphanedIds: string[] = [];
  /** While set, no store answers. */
  hold = false;
  private readonly held: (() => void)[] = [];

  release() {
    this.hold = false;
    this.held.forEach((go) => go());
  }

  async put(key: string, photo: Buffer, mediaType: string) {
    await this.answer("object");
    this.order.push(`object ${key}`);
    this.objects.set(key, { photo, mediaType });
  }
  async insert(row: NewPrediction) {
    await this.answer("row");
    if (this.refused.has(row.id)) throw new Error("violates a constraint");
    if (!this.objects.has(row.objectKey)) this.rowsWithoutObject.push(row.id);
    this.order.push(`row ${row.id}`);
    if (!this.rows.has(row.id)) this.rows.set(row.id, row);
  }
  async insertFeedback(feedback: NewFeedback) {
    await this.answer("feedback");
    if (!this.rows.has(feedback.predictionId)) throw new UnknownPrediction(feedback);
    this.order.push(`feedback ${feedback.id}`);
    this.feedback.set(feedback.id, feedback);
  }
  feedbackSaved(kind: string) {
    this.savedKinds.push(kind);
  }
  orphaned({ id }: NewFeedback) {
    this.orphanedIds.push(id);
  }
  saved(id: string) {
    this.savedIds.push(id);
  }
  failed(_id: string, step: SavingStep) {
    this.failures.push(step);
  }
  damaged(id: string) {
    this.damagedIds.push(id);
  }
  private async answer(step: SavingStep) {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.hold) await new Promise<void>((resolve) => this.held.push(resolve));
    if (this.down.has(step)) throw new Error("connection refused");
  }
}
