// Sessions as a browser and as a forger meet them.
import fc from "fast-check";
import { Browser, picture, RunningApp } from "../testing/running-app";
import { asksForJson } from "../../web/testing/http";
import { isCrossSite } from "./cross-site";
import { SESSION_COOKIE, SESSION_SECONDS, Sessions } from "./sessions";

const SECRET = "a secret of thirty-two characters";
const OTHER_SECRET = "another secret, 32 characters too";

let app: RunningApp;
let photo: Buffer;
beforeAll(async () => {
  photo = await picture("jpeg");
});
beforeEach(async () => {
  app = await RunningApp.start();
});
afterEach(() => app.stop());

describe("a session", () => {
  it("begins with the first accepted photo, not with a look at a page or a refused one", async () => {
    expect((await app.ask("/")).headers).not.toHaveProperty("set-cookie");
    expect((await app.upload("no picture")).headers).not.toHaveProperty("set-cookie");
    const [cookie] = (await app.upload(photo)).headers["set-cookie"] ?? [];
    const [value, ...attributes] = (cookie ?? "").split("; ");
    expect(value).toMatch(/^gourmetgram-session=[0-9a-f-]{36}\.\d+\.[\w+/]+$/);
    expect(attributes.sort()).toEqual([
      "HttpOnly",
      `Max-Age=${SESSION_SECONDS}`,
      "Path=/",
      "SameSite=Lax",
    ]);
  });

  it("stays the same for the photos that follow", async () => {
    const browser = new Browser(app);
    await browser.upload(photo);
    await browser.upload(photo);
    await new Browser(app).upload(photo);
    await app.allSaved();
    const ids = [...app.stores.rows.values()].map(({ sessionId }) => sessionId);
    expect(ids).toHaveLength(3);
    expect(ids).not.toContain(null);
    expect(new Set(ids).size).toBe(2);
  });

  it("outlives the process", async () => {
    const browser = new Browser(app);
    const { headers } = await browser.upload(photo);
    await app.restart();
    expect((await browser.ask("/history")).text).toContain(String(headers.location));
  });

  it.each([
    ["a trusted proxy says that it came by https", ["127.0.0.1"], true],
    ["a stranger says so", [], false],
  ])("has a Secure cookie when %s: %s", async (_who, trustedProxies, isSecure) => {
    await app.restart({ trustedProxies });
    const { headers } = await app.upload(photo, { "x-forwarded-proto": "https" });
    expect(headers["set-cookie"]?.[0]?.includes("; Secure")).toBe(isSecure);
  });
});

describe("a cookie that this service didn't sign, or long ago,", () => {
  const id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
  const clock = { now: Date.now() };
  const ours = new Sessions(SECRET, () => clock.now);

  /** The cookie that `sessions` gives out. */
  function cookieOf(sessions: Sessions): string {
    let cookie = "";
    const reply = { setCookie: (_name: string, value: string) => void (cookie = value) };
    sessions.remember(reply as never, id);
    return cookie;
  }
  const idIn = (cookie: string | undefined) =>
    ours.idOf({ cookies: { [SESSION_COOKIE]: cookie } } as never);

  it("is no session", () => {
    const cookie = cookieOf(ours);
    expect(idIn(cookie)).toBe(id);
    expect(idIn(cookieOf(new Sessions(OTHER_SECRET)))).toBeUndefined();
    expect(idIn(undefined)).toBeUndefined();
    clock.now += SESSION_SECONDS * 1000;
    expect(idIn(cookie)).toBeUndefined();
    clock.now -= SESSION_SECONDS * 1000;
  });

  it("isn't one whatever is changed in it", () => {
    const cookie = cookieOf(ours);
    const change = fc.tuple(fc.nat(cookie.length - 1), fc.constantFrom(..."0a9f.-Z="));
    fc.assert(
      fc.property(change, ([place, letter]) => {
        fc.pre(cookie[place] !== letter);
        const changed = cookie.slice(0, place) + letter + cookie.slice(place + 1);
        expect(idIn(changed)).toBeUndefined();
      }),
    );
  });

  it("is no form token either, and a token no cookie", () => {
    const token = ours.tokenOf(id);
    expect(ours.isTokenOf(id, token)).toBe(true);
    expect(ours.isTokenOf(id, cookieOf(ours).split(".").at(-1))).toBe(false);
    expect(idIn(`form:${id}.${token}`)).toBeUndefined();
    expect(new Sessions(OTHER_SECRET).isTokenOf(id, token)).toBe(false);
  });

  it.each(["", ".", "session", "a.b.c", "%00", "x".repeat(5000)])(
    "such as %j, shows an empty history",
    async (value) => {
      const headers = { ...asksForJson, cookie: `${SESSION_COOKIE}=${value}` };
      const answer = await app.ask({ url: "/history", headers });
      expect([answer.status, answer.json()]).toEqual([
        200,
        { items: [], olderUrl: null, incomplete: false },
      ]);
    },
  );
});

describe("a request from another site", () => {
  it.each([
    ["a program", {}, false],
    ["a page of this site", { "sec-fetch-site": "same-origin", origin: "http://eat.org" }, false],
    ["this site by https, seen through a gateway", { origin: "https://eat.org" }, false],
    ["the person's own doing", { "sec-fetch-site": "none" }, false],
    ["another site", { "sec-fetch-site": "cross-site" }, true],
    ["a neighbour under the same domain", { "sec-fetch-site": "same-site" }, true],
    ["another host", { origin: "http://evil.org" }, true],
    ["another port", { origin: "http://eat.org:81" }, true],
    ["a name that begins alike", { origin: "http://eat.org.evil.org" }, true],
    ["a page in a sandbox", { origin: "null" }, true],
    ["nonsense", { origin: "" }, true],
  ])("is told by its headers: %s", (_who, headers, expected) => {
    expect(isCrossSite(headers, "eat.org")).toBe(expected);
  });

  it("knows a host with its port", () => {
    expect(isCrossSite({ origin: "http://eat.org:5050" }, "eat.org:5050")).toBe(false);
    expect(isCrossSite({ origin: "http://eat.org" }, "eat.org:80")).toBe(false);
    expect(isCrossSite({ origin: "http://eat.org" }, "")).toBe(true);
  });

  it.each<Record<string, string>>([{ "sec-fetch-site": "cross-site" }, { origin: "null" }])(
    "changes nothing: %j",
    async (headers) => {
      const refused = await app.upload(photo, { ...headers, ...asksForJson });
      expect(refused.json()).toMatchObject({ status: 403, code: "cross-site-request" });
      expect(app.parts.outbox.state().depth).toBe(0);
    },
  );

  it("may lead a person here", async () => {
    const headers = { "sec-fetch-site": "cross-site" };
    expect((await app.ask({ url: "/", headers })).status).toBe(200);
  });
});
