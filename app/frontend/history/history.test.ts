// One's own history, from both places where a prediction may be.
import { FOOD_CLASSES } from "@feedback-loop/contract";
import type { StoredPrediction } from "@feedback-loop/database";
import { type Answer, asksForJson, idOf } from "../../web/testing/http";
import { Browser, picture, RunningApp } from "../testing/running-app";
import { PAGE_SIZE } from "./load-history";

let app: RunningApp;
let photo: Buffer;
let browser: Browser;
beforeAll(async () => {
  photo = await picture("jpeg");
});
beforeEach(async () => {
  app = await RunningApp.start();
  browser = new Browser(app);
});
afterEach(() => app.stop());

const upload = async () => idOf((await browser.upload(photo)).headers.location);
const history = (url = "/history") => browser.ask({ url, headers: asksForJson });
const itemsOf = (answer: Answer) =>
  answer.json().items as { id: string; saved: boolean; feedback: { kind: string } | null }[];
const idsOf = (answer: Answer) => itemsOf(answer).map(({ id }) => id);

/** Puts predictions of the browser's session in the database: one a minute, the newest last. */
async function storeMany(count: number): Promise<string[]> {
  await upload();
  await app.allSaved();
  const [first] = app.stores.rows.values() as Iterable<StoredPrediction> as [StoredPrediction];
  return Array.from({ length: count }, (_, index) => {
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
    const predictedAt = new Date(first.predictedAt.getTime() - (count - index) * 60_000);
    app.stores.rows.set(id, { ...first, id, predictedAt });
    return id;
  });
}

describe("the history", () => {
  it("is empty without a session, and asks nobody", async () => {
    app.stores.areDown = true;
    const answer = await history();
    expect(answer.json()).toEqual({ items: [], olderUrl: null, incomplete: false });
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect((await browser.ask("/history")).status).toBe(200);
  });

  it("has what this browser sent, newest first, and nothing of others", async () => {
    const ids = [await upload(), await upload(), await upload()];
    await new Browser(app).upload(photo);
    expect(idsOf(await history())).toEqual(ids.toReversed());
    await app.allSaved();
    const answer = await history();
    expect(idsOf(answer)).toEqual(ids.toReversed());
    expect(itemsOf(answer).every(({ saved }) => saved)).toBe(true);
    const page = (await browser.ask("/history")).text;
    for (const id of ids) expect(page).toContain(`/predictions/${id}/thumbnail`);
  });

  it("has what waits and what is saved, each once, with the feedback of both", async () => {
    const saved = await upload();
    await say(saved, "agree");
    await app.allSaved();
    app.stores.down.objects = true;
    const waiting = await upload();
    await say(waiting, "flag");
    expect(itemsOf(await history())).toMatchObject([
      { id: waiting, saved: false, feedback: { kind: "flag" } },
      { id: saved, saved: true, feedback: { kind: "agree" } },
    ]);
    // Just now saved, and not yet out of the outbox.
    const facts = (await app.parts.outbox.readFacts(waiting))!;
    app.stores.rows.set(waiting, { ...facts, storedAt: new Date() });
    expect(idsOf(await history())).toEqual([waiting, saved]);
  });

  it("shows what it can while the database is down, and says that more is there", async () => {
    await upload();
    await app.allSaved();
    app.stores.areDown = true;
    const waiting = await upload();
    const answer = await history();
    expect(answer.json()).toMatchObject({ incomplete: true, olderUrl: null });
    expect(idsOf(answer)).toEqual([waiting]);
    expect((await browser.ask("/history")).status).toBe(200);
  });

  it("comes in pages that have everything once", async () => {
    const stored = await storeMany(2 * PAGE_SIZE);
    app.stores.down.objects = true;
    const waiting = await upload();
    const pages: string[][] = [];
    for (let url: unknown = "/history"; typeof url === "string";) {
      const answer = await history(url);
      pages.push(idsOf(answer));
      url = answer.json().olderUrl;
    }
    expect(pages.map(({ length }) => length)).toEqual([PAGE_SIZE, PAGE_SIZE, 2]);
    expect(pages[0]?.[0]).toBe(waiting);
    const all = pages.flat();
    expect(new Set(all).size).toBe(all.length);
    expect(all.slice(2)).toEqual(stored.toReversed());
    expect((await browser.ask("/history")).text).toContain("/history?before=");
  });

  it("has no further page when just one page is full", async () => {
    await storeMany(PAGE_SIZE - 1);
    const answer = await history();
    expect(idsOf(answer)).toHaveLength(PAGE_SIZE);
    expect(answer.json().olderUrl).toBeNull();
  });

  it.each(["", "yesterday", "2026-13-45T00:00:00.000Z", "2026-11-24", "%00", "infinity"])(
    "has nothing before %j",
    async (before) => {
      const answer = await history(`/history?before=${before}`);
      expect(answer.json()).toMatchObject({ status: 400, code: "wrong-query" });
    },
  );

  it("is asked for one time only", async () => {
    const time = "2026-11-24T10:00:00.000Z";
    expect((await history(`/history?before=${time}&before=${time}`)).status).toBe(400);
    expect((await history(`/history?before=${time}`)).status).toBe(200);
  });
});

it("every prediction of the history has the shape of a prediction", async () => {
  const id = await upload();
  await app.allSaved();
  const [item] = itemsOf(await history());
  const own = await browser.ask({ url: `/predictions/${id}`, headers: asksForJson });
  expect(item).toEqual(own.json());
  expect(Object.keys((own.json().prediction as { probabilities: object }).probabilities)).toEqual(
    FOOD_CLASSES,
  );
});

function say(id: string, kind: string) {
  return browser.ask({
    method: "POST",
    url: `/predictions/${id}/feedback`,
    headers: { ...asksForJson, "content-type": "application/json" },
    payload: JSON.stringify({ kind }),
  });
}
