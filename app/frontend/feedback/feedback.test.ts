// "That's right", "that's wrong", and the right class: from the request to the database.
import { FOOD_CLASSES } from "@feedback-loop/contract";
import fc from "fast-check";
import { type Answer, asksForJson, idOf } from "../../web/testing/http";
import { Browser, picture, RunningApp } from "../testing/running-app";
import { choiceOfForm, choiceOfJson, settled } from "./feedback-choice";

const EGG = 3;
const MEAT = 4;

let app: RunningApp;
let photo: Buffer;
let uploader: Browser;
let url: string;
beforeAll(async () => {
  photo = await picture("jpeg");
});
beforeEach(async () => {
  app = await RunningApp.start();
  uploader = new Browser(app);
  url = String((await uploader.upload(photo)).headers.location);
});
afterEach(() => app.stop());

const tokenIn = ({ text }: Answer) => /name="csrf" value="([^"]+)"/.exec(text)?.[1];

/** Sends the form of the prediction's page, with the token that stands in it. */
async function say(browser: Browser, fields: Record<string, string>, headers = {}) {
  const csrf = tokenIn(await browser.ask(url)) ?? "";
  return sendForm(browser, { csrf, ...fields }, headers);
}

const sendForm = (browser: Browser, fields: Record<string, string>, headers = {}) =>
  browser.ask({
    method: "POST",
    url: `${url}/feedback`,
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    payload: new URLSearchParams(fields).toString(),
  });

const sendJson = (browser: Browser, body: unknown) =>
  browser.ask({
    method: "POST",
    url: `${url}/feedback`,
    headers: { "content-type": "application/json", ...asksForJson },
    payload: JSON.stringify(body),
  });

const given = () => app.stores.feedback.map(({ kind, classIndex }) => ({ kind, classIndex }));
const shown = async () => (await uploader.ask({ url, headers: asksForJson })).json().feedback;

describe("feedback of the uploader", () => {
  it.each([
    ["that it's right", { kind: "agree" }, { kind: "agree", classIndex: null }],
    ["that it's wrong", { kind: "flag", class: "4" }, { kind: "flag", classIndex: null }],
    ["what it is", { kind: "correction", class: "4" }, { kind: "correction", classIndex: MEAT }],
    [
      "what the model said, as a correction",
      { kind: "correction", class: "3" },
      { kind: "agree", classIndex: null },
    ],
  ])("by the form: %s", async (_what, fields, expected) => {
    const { status, headers } = await say(uploader, fields);
    expect([status, headers.location]).toEqual([303, `${url}#feedback`]);
    expect(await shown()).toMatchObject(expected);
    await app.allSaved();
    expect(given()).toEqual([expected]);
    expect(await shown()).toMatchObject(expected);
  });

  it("by a program", async () => {
    const response = await sendJson(uploader, { kind: "correction", classIndex: MEAT });
    expect(response.status).toBe(201);
    await app.allSaved();
    const [row] = app.stores.feedback;
    expect(row).toMatchObject({ predictionId: idOf(url), kind: "correction", classIndex: MEAT });
    expect(response.json()).toEqual({ ...row, givenAt: row?.givenAt.toISOString() });
  });

  it("may change: the last counts, and all of it is kept", async () => {
    await say(uploader, { kind: "agree" });
    await app.allSaved();
    await say(uploader, { kind: "flag" });
    await say(uploader, { kind: "flag" });
    expect(await shown()).toMatchObject({ kind: "flag" });
    await app.allSaved();
    expect(given().map(({ kind }) => kind)).toEqual(["agree", "flag", "flag"]);
    expect(await shown()).toMatchObject({ kind: "flag" });
    const { text } = await app.ask("/metrics");
    expect(text).toContain('frontend_feedback_total{kind="flag"} 2');
  });

  it("is accepted while the stores are down, and saved afterwards, behind its prediction", async () => {
    await app.allSaved();
    app.stores.areDown = true;
    url = String((await uploader.upload(photo)).headers.location);
    expect((await say(uploader, { kind: "flag" })).status).toBe(303);
    expect((await sendJson(uploader, { kind: "agree" })).status).toBe(201);
    expect(await shown()).toMatchObject({ kind: "agree" });
    await app.restart();
    expect(await shown()).toMatchObject({ kind: "agree" });
    app.stores.areDown = false;
    await app.allSaved();
    expect(app.stores.rows.size).toBe(2);
    // In any order: which one counts is told by its time.
    const kinds = given().map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(["agree", "flag"]);
    expect(await shown()).toMatchObject({ kind: "agree" });
  });

  it("can't be taken while nobody can tell whose prediction it is", async () => {
    await app.allSaved();
    app.stores.areDown = true;
    const response = await sendJson(uploader, { kind: "agree" });
    expect(response.json()).toMatchObject({ status: 503, code: "stores-unavailable" });
  });
});

describe("feedback that isn't taken", () => {
  const nothingGiven = async () => {
    await app.allSaved();
    expect(app.stores.feedback).toEqual([]);
  };

  it("from somebody else, even with a session and a token of their own", async () => {
    const other = new Browser(app);
    const mine = url;
    url = String((await other.upload(photo)).headers.location);
    const csrf = tokenIn(await other.ask(url)) ?? "";
    expect(csrf).not.toBe("");
    url = mine;
    expect(tokenIn(await other.ask(url))).toBeUndefined();
    const byForm = await sendForm(other, { csrf, kind: "flag" }, asksForJson);
    const byJson = await sendJson(other, { kind: "flag" });
    for (const response of [byForm, byJson]) {
      expect(response.json()).toMatchObject({ status: 403, code: "not-the-uploader" });
    }
    await nothingGiven();
  });

  it("without a session", async () => {
    const response = await sendJson(new Browser(app), { kind: "flag" });
    expect(response.json()).toMatchObject({ status: 403, code: "not-the-uploader" });
    await nothingGiven();
  });

  it.each([
    ["no token", () => ({})],
    ["an empty token", () => ({ csrf: "" })],
    ["a token that was made up", () => ({ csrf: "x".repeat(43) })],
  ])("with %s", async (_what, token) => {
    const response = await sendForm(uploader, { kind: "flag", ...token() }, asksForJson);
    expect(response.json()).toMatchObject({ status: 403, code: "wrong-token" });
    expect((await sendForm(uploader, { kind: "flag", ...token() })).text).toContain("Reload");
    await nothingGiven();
  });

  it("with the token of another session", async () => {
    const other = new Browser(app);
    const theirs = String((await other.upload(photo)).headers.location);
    const csrf = tokenIn(await other.ask(theirs)) ?? "";
    const response = await sendForm(uploader, { csrf, kind: "flag" }, asksForJson);
    expect(response.json()).toMatchObject({ status: 403, code: "wrong-token" });
    await nothingGiven();
  });

  it.each([{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.org" }, { origin: "null" }])(
    "from another site's page, even with the right token: %j",
    async (headers) => {
      const response = await say(uploader, { kind: "flag" }, { ...asksForJson, ...headers });
      expect(response.json()).toMatchObject({ status: 403, code: "cross-site-request" });
      await nothingGiven();
    },
  );

  it("from this site's page it is", async () => {
    const headers = { origin: app.parts.base, "sec-fetch-site": "same-origin" };
    expect((await say(uploader, { kind: "flag" }, headers)).status).toBe(303);
  });

  it.each(["text/plain", "multipart/form-data; boundary=x", "application/xml"])(
    "as %s",
    async (type) => {
      const headers = { ...asksForJson, "content-type": type };
      const response = await sendForm(uploader, { kind: "flag" }, headers);
      expect(response.json()).toMatchObject({ status: 415, code: "wrong-content-type" });
    },
  );

  it.each([
    ["no kind", {}],
    ["another kind", { kind: "maybe" }],
    ["a correction without a class", { kind: "correction" }],
    ["a correction with an empty class", { kind: "correction", class: "" }],
    ["a class that doesn't exist", { kind: "correction", class: "11" }],
    ["a class that is no number", { kind: "correction", class: "Egg" }],
  ])("with %s: it says what is allowed", async (_what, fields) => {
    const response = await say(uploader, fields, asksForJson);
    expect(response.json()).toMatchObject({ status: 400, code: "wrong-feedback" });
    expect(response.json().advice).toMatch(/agree, flag, correction|0 Bread, .*10 Vegetable/);
  });

  it("with a body that is too large or no JSON", async () => {
    const long = { kind: "agree", classIndex: "x".repeat(5000) };
    expect((await sendJson(uploader, long)).json()).toMatchObject({ code: "body-too-large" });
    const headers = { ...asksForJson, "content-type": "application/json" };
    const broken = { method: "POST", url: `${url}/feedback`, headers, payload: "{" } as const;
    expect((await uploader.ask(broken)).json()).toMatchObject({ status: 400, code: "bad-request" });
  });

  it.each(["6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "nonsense", "..%2f.."])(
    "about %s, which doesn't exist",
    async (id) => {
      url = `/predictions/${id}`;
      expect((await sendJson(uploader, { kind: "agree" })).status).toBe(404);
    },
  );

  it("too often: twice as often as photos are", async () => {
    await app.restart({ uploadsPerMinute: { session: 1, address: 9 } });
    const seen = [];
    for (let sent = 0; sent < 3; sent += 1) seen.push((await sendJson(uploader, {})).status);
    expect(seen).toEqual([400, 400, 429]);
  });
});

describe("a choice", () => {
  const index = fc.integer({ min: 0, max: FOOD_CLASSES.length - 1 });

  it("is the same by form and by JSON", () => {
    const kinds = fc.constantFrom("agree", "flag", "correction");
    fc.assert(
      fc.property(kinds, index, (kind, classIndex) => {
        const body = kind === "correction" ? { kind, classIndex } : { kind };
        expect(choiceOfForm({ kind, class: String(classIndex) })).toEqual(choiceOfJson(body));
      }),
    );
  });

  it("never corrects a prediction to itself", () => {
    fc.assert(
      fc.property(index, index, (predicted, right) => {
        const choice = settled({ kind: "correction", classIndex: right }, predicted);
        expect(choice.kind).toBe(right === predicted ? "agree" : "correction");
        expect(choice.classIndex).toBe(right === predicted ? null : right);
      }),
    );
    expect(settled({ kind: "flag", classIndex: null }, EGG)).toEqual({
      kind: "flag",
      classIndex: null,
    });
  });

  it.each([
    null,
    [],
    "agree",
    { kind: "agree", classIndex: 3 },
    { kind: "agree", note: "x" },
    { kind: "correction", classIndex: "3" },
    { kind: "correction", classIndex: 1.5 },
    { kind: "correction", classIndex: -1 },
    { kind: ["agree"] },
  ])("in JSON can't be %j", (body) => {
    expect(() => choiceOfJson(body)).toThrow(expect.objectContaining({ status: 400 }) as Error);
  });
});
