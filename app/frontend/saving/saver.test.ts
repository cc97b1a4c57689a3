// The real saver and the real outbox on a real folder; the two stores are in memory, so that each can
// fail at a chosen moment.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NewPrediction } from "@feedback-loop/database";
import { exampleItem } from "./testing/example-item";
import { Outbox } from "./outbox";
import type { OutboxItem } from "./outbox-file";
import { Saver, type SavingStep } from "./saver";

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

function newSaver(retrySeconds = 0.01): Saver {
  return new Saver({ outbox, photos: stores, log: stores, events: stores, retrySeconds });
}

async function accept(item: OutboxItem = exampleItem()): Promise<string> {
  await outbox.put(item);
  saver.arrived(item.prediction.id);
  return item.prediction.id;
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
    await eventually(() => ids.every((id) => stores.rows.has(id)));
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
    if (this.down.has(step)) throw new Error("connection refused");
  }
}

async function eventually(condition: () => boolean, deadlineMillis = 4000): Promise<void> {
  const end = Date.now() + deadlineMillis;
  while (!condition()) {
    if (Date.now() > end)
      throw new Error(`not within ${deadlineMillis} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
