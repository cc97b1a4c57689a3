// On a real folder each; what a crash leaves is tested in crash.test.ts, failing disks in
// failing-disk.test.ts.
import { randomUUID } from "node:crypto";
import * as realFiles from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NewFeedback } from "@feedback-loop/database";
import { OutboxFull } from "../problems";
import { Outbox } from "./outbox";
import { DamagedItem } from "./sealed-file";
import { exampleFeedback, exampleItem } from "./testing/example-item";

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
    const outbox = await Outbox.open(folder, 25_000);
    await putOne(outbox);
    await outbox.withRoomFor(8000, async () => {
      const work = jest.fn();
      await expect(outbox.withRoomFor(8000, work)).rejects.toThrow(OutboxFull);
      expect(work).not.toHaveBeenCalled();
    });
    expect(await outbox.withRoomFor(8000, () => Promise.resolve("room again"))).toBe("room again");
  });

  it("gives room back after work that failed", async () => {
    const outbox = await Outbox.open(folder, 15_000);
    const failing = () => Promise.reject(new Error("no answer"));
    await expect(outbox.withRoomFor(5000, failing)).rejects.toThrow("no answer");
    expect(await outbox.withRoomFor(5000, () => Promise.resolve("fine"))).toBe("fine");
  });
});

describe("feedback in the outbox", () => {
  it("is kept until it is removed, also by the next process", async () => {
    const outbox = await Outbox.open(folder, MiB);
    const feedback = exampleFeedback(randomUUID());
    await outbox.putFeedback(feedback);
    for (const one of [outbox, await Outbox.open(folder, MiB)]) {
      expect(one.waitingFeedback()).toEqual([feedback.id]);
      expect(await one.readFeedback(feedback.id)).toEqual(feedback);
      expect(one.latestFeedback(feedback.predictionId)).toEqual(feedback);
      expect(one.state()).toMatchObject({ depth: 0, bytes: 0, feedbackDepth: 1 });
    }
    await outbox.removeFeedback(feedback.id);
    expect(await outbox.readFeedback(feedback.id)).toBeUndefined();
    expect(outbox.latestFeedback(feedback.predictionId)).toBeUndefined();
    expect(outbox.state()).toMatchObject({ feedbackDepth: 0, oldestAgeSeconds: 0 });
    expect(await content()).toEqual([]);
  });

  it("counts by when it was given, and not by when it came", async () => {
    const outbox = await Outbox.open(folder, MiB);
    const predictionId = randomUUID();
    const [earlier, later] = [1000, 2000].map((at) =>
      exampleFeedback(predictionId, { givenAt: new Date(at) }),
    ) as [NewFeedback, NewFeedback];
    await outbox.putFeedback(later);
    await outbox.putFeedback(earlier);
    await outbox.putFeedback(exampleFeedback(randomUUID(), { givenAt: new Date(3000) }));
    expect(outbox.latestFeedback(predictionId)).toEqual(later);
    expect((await Outbox.open(folder, MiB)).latestFeedback(predictionId)).toEqual(later);
    await outbox.removeFeedback(later.id);
    expect(outbox.latestFeedback(predictionId)).toEqual(earlier);
  });

  it("has room of its own when that for photos is used up, and a limit of its own", async () => {
    const outbox = await Outbox.open(folder, 100, undefined, 2);
    await expect(outbox.withRoomFor(1, () => Promise.resolve())).rejects.toThrow(OutboxFull);
    const put = () => outbox.putFeedback(exampleFeedback(randomUUID()));
    const outcomes = await Promise.allSettled([put(), put(), put()]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    const [refused] = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused?.reason).toBeInstanceOf(OutboxFull);
    expect(outbox.state().feedbackDepth).toBe(2);
  });

  it("is set aside with its bytes if they are damaged", async () => {
    const feedback = exampleFeedback(randomUUID());
    await (await Outbox.open(folder, MiB)).putFeedback(feedback);
    await realFiles.appendFile(join(folder, `${feedback.id}.feedback`), "x");
    const outbox = await Outbox.open(folder, MiB);
    expect(outbox.waitingFeedback()).toEqual([feedback.id]);
    await expect(outbox.readFeedback(feedback.id)).rejects.toThrow(DamagedItem);
    await outbox.setFeedbackAside(feedback.id);
    expect(outbox.waitingFeedback()).toEqual([]);
    expect(await content()).toEqual([`${feedback.id}.damaged`]);
  });
});

describe("what waits of a session", () => {
  const [sessionId, otherId] = [randomUUID(), randomUUID()];
  const at = (hour: number, ofSession = sessionId) =>
    exampleItem({ sessionId: ofSession, predictedAt: new Date(hour * 3_600_000) });

  it("is its own photos, newest first, page by page, also for the next process", async () => {
    const outbox = await Outbox.open(folder, MiB);
    const [first, third, second] = [at(1), at(3), at(2)];
    for (const item of [first, third, at(4, otherId), second]) await outbox.put(item);
    for (const one of [outbox, await Outbox.open(folder, MiB)]) {
      const all = await one.waitingOfSession(sessionId);
      expect(all).toEqual([third, second, first].map(({ prediction }) => prediction));
      const before = third.prediction.predictedAt;
      expect(await one.waitingOfSession(sessionId, { limit: 1, before })).toEqual([
        second.prediction,
      ]);
      expect(await one.waitingOfSession(randomUUID())).toEqual([]);
    }
  });

  it("is found beside an item that is damaged", async () => {
    const outbox = await Outbox.open(folder, MiB);
    const [broken, whole] = [at(1), at(2)];
    await outbox.put(broken);
    await outbox.put(whole);
    await realFiles.writeFile(join(folder, `${broken.prediction.id}.item`), "scrambled");
    for (const one of [outbox, await Outbox.open(folder, MiB)])
      expect(await one.waitingOfSession(sessionId)).toEqual([whole.prediction]);
  });
});

async function putOne(outbox: Outbox) {
  const item = exampleItem();
  await outbox.put(item);
  return item;
}
