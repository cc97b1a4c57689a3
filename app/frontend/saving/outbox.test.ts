// On a real folder each; what a crash leaves is tested in crash.test.ts.
import * as realFiles from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OutboxFull } from "../problems";
import { exampleItem } from "./testing/example-item";
import { type Files, Outbox } from "./outbox";
import { DamagedItem } from "./outbox-file";

const MiB = 2 ** 20;
let folder: string;

beforeEach(async () => {
  folder = await realFiles.mkdtemp(join(tmpdir(), "outbox-"));
});
afterEach(() => realFiles.rm(folder, { recursive: true }));

const content = async () => (await realFiles.readdir(folder)).sort();

describe("the outbox", () => {
  it("keeps an item until it is removed", async () => {
    const outbox = await Outbox.open(folder, MiB);
    const item = exampleItem();
    await outbox.put(item);
    expect(await outbox.read(item.prediction.id)).toEqual(item);
    expect(await outbox.readFacts(item.prediction.id)).toEqual(item.prediction);
    expect(outbox.state().depth).toBe(1);

    await outbox.remove(item.prediction.id);
    expect(await outbox.read(item.prediction.id)).toBeUndefined();
    expect(await outbox.readFacts(item.prediction.id)).toBeUndefined();
    expect(outbox.state()).toMatchObject({ depth: 0, bytes: 0, oldestAgeSeconds: 0 });
    expect(await content()).toEqual([]);
  });

  it("has what an earlier process accepted, oldest first, and throws away what wasn't", async () => {
    const earlier = await Outbox.open(folder, MiB);
    const [older, newer] = [exampleItem(), exampleItem()];
    await earlier.put(newer);
    await earlier.put(older);
    await realFiles.utimes(join(folder, `${older.prediction.id}.item`), 1000, 1000);
    await realFiles.writeFile(join(folder, "half.part"), "never accepted");

    const outbox = await Outbox.open(folder, MiB);
    expect(outbox.waiting()).toEqual([older.prediction.id, newer.prediction.id]);
    expect(outbox.state().bytes).toBe(earlier.state().bytes);
    expect(await content()).not.toContain("half.part");
  });

  it("sets a damaged item aside and keeps its bytes", async () => {
    const outbox = await Outbox.open(folder, MiB);
    const { prediction } = await putOne(outbox);
    const path = join(folder, `${prediction.id}.item`);
    await realFiles.appendFile(path, "x");
    await expect(outbox.read(prediction.id)).rejects.toThrow(DamagedItem);
    await outbox.setAside(prediction.id);
    expect(await content()).toEqual([`${prediction.id}.damaged`]);
    expect((await Outbox.open(folder, MiB)).waiting()).toEqual([]);
  });

  it("says that it can't be written to when its folder is gone", async () => {
    const outbox = await Outbox.open(folder, MiB);
    await outbox.checkWritable();
    await realFiles.rm(folder, { recursive: true });
    await expect(outbox.checkWritable()).rejects.toThrow("ENOENT");
    await realFiles.mkdir(folder);
  });
});

describe("the outbox's limit", () => {
  it("refuses before the work begins, and counts what is kept and what is under way", async () => {
    const outbox = await Outbox.open(folder, 20_000);
    await putOne(outbox);
    await outbox.withRoomFor(8000, async () => {
      const work = jest.fn();
      await expect(outbox.withRoomFor(8000, work)).rejects.toThrow(OutboxFull);
      expect(work).not.toHaveBeenCalled();
    });
    expect(await outbox.withRoomFor(8000, () => Promise.resolve("room again"))).toBe("room again");
  });

  it("gives room back after work that failed", async () => {
    const outbox = await Outbox.open(folder, 10_000);
    const failing = () => Promise.reject(new Error("no answer"));
    await expect(outbox.withRoomFor(5000, failing)).rejects.toThrow("no answer");
    expect(await outbox.withRoomFor(5000, () => Promise.resolve("fine"))).toBe("fine");
  });
});

describe("a disk that fails", () => {
  it.each(["sync", "close", "rename", "directory"])(
    "at the step %s: nothing is accepted and nothing is left",
    async (step) => {
      const outbox = await Outbox.open(folder, MiB, failingAt(step, "EIO"));
      await expect(putOne(outbox)).rejects.toThrow("EIO");
      expect(outbox.state().depth).toBe(0);
      expect(await content()).toEqual([]);
    },
  );

  it("is told as a full outbox when it is full", async () => {
    const outbox = await Outbox.open(folder, MiB, failingAt("sync", "ENOSPC"));
    await expect(putOne(outbox)).rejects.toThrow(OutboxFull);
  });
});

async function putOne(outbox: Outbox) {
  const item = exampleItem();
  await outbox.put(item);
  return item;
}

/** The real file system, but for one operation of writing an item. */
function failingAt(step: string, code: string): Files {
  const fail = () => Promise.reject(Object.assign(new Error(code), { code }));
  let opened = 0;
  const open: Files["open"] = async (path, flags, mode) => {
    const handle = await realFiles.open(path, flags, mode);
    opened += flags === "r" ? 1 : 0;
    const isPart = flags === "wx";
    const isDirectoryOfPut = flags === "r" && opened === 2; // the first one is of opening the outbox
    if ((isPart && step === "sync") || (isDirectoryOfPut && step === "directory")) {
      handle.sync = fail;
    }
    if (isPart && step === "close") {
      const close = handle.close.bind(handle);
      handle.close = () => close().then(fail);
    }
    return handle;
  };
  return { ...realFiles, open, rename: step === "rename" ? fail : realFiles.rename };
}
