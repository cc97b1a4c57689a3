// What an attacker or a scanner looks at: headers, addresses, errors, and what the log has of it.
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { Problem } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import { asksForJson, idOf } from "../web/testing/http";
import { Browser, picture, RunningApp } from "./testing/running-app";

let app: RunningApp;
beforeEach(async () => {
  app = await RunningApp.start();
});
afterEach(() => app.stop());

const unknown = "/predictions/6f9619ff-8b86-4d01-b42d-00cf4fc964ff";

describe("every answer", () => {
  it.each(["/", "/nowhere", "/static/style.css", "/history", "/livez", "/%zz", unknown])(
    "has the strict headers, and tells nothing of the software: %s",
    async (url) => {
      const { headers } = await app.ask(url);
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("same-origin");
      expect(headers).not.toHaveProperty("server");
      expect(headers).not.toHaveProperty("x-powered-by");
    },
  );

  it("has an id of its own, not one that the client made up", async () => {
    const headers = { "x-request-id": "mine" };
    const ids = await Promise.all([1, 2].map(() => app.ask({ url: "/", headers })));
    const [one, other] = ids.map((answer) => answer.headers["x-request-id"]);
    expect(one).toMatch(/^[0-9a-f-]{36}$/);
    expect(one).not.toBe(other);
  });

  it.each(["/", "/history", "/static/style.css", "/livez"])("has a HEAD: %s", async (url) => {
    const [get, head] = [await app.ask(url), await app.ask({ url, method: "HEAD" })];
    expect(head.status).toBe(200);
    expect(head.bytes).toHaveLength(0);
    expect(head.headers["content-type"]).toBe(get.headers["content-type"]);
  });

  it("about a session isn't kept by caches", async () => {
    const browser = new Browser(app);
    const { headers } = await browser.upload(await picture("jpeg"));
    for (const url of [String(headers.location), "/history"]) {
      expect((await browser.ask(url)).headers["cache-control"]).toBe("no-store");
    }
    const first = (await browser.ask("/")).headers;
    expect([first["cache-control"], first.vary]).toEqual(["private, no-cache", "cookie"]);
  });
});

describe("an error", () => {
  it.each([
    ["/nowhere", "GET", 404, "not-found"],
    [unknown, "GET", 404, "not-found"],
    [`${unknown}/photo`, "GET", 404, "not-found"],
    ["/predictions/..%2f..%2fetc", "GET", 404, "not-found"],
    ["/static/..%2fapp.ts", "GET", 404, "not-found"],
    ["/history", "POST", 404, "not-found"],
    [unknown, "PUT", 404, "not-found"],
    ["/%zz", "GET", 400, "bad-request"],
    [`/predictions/${"x".repeat(300)}`, "GET", 414, "uri-too-long"],
  ] as const)("has one shape: %s by %s", async (url, method, status, code) => {
    const program = await app.ask({ url, method, headers: asksForJson });
    expect(program.status).toBe(status);
    expect(program.json()).toMatchObject({ status, code });
    expect(Value.Check(Problem, program.json())).toBe(true);
    const person = await app.ask({ url, method });
    expect(person.status).toBe(status);
    expect(person.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(person.text).toContain(`<code>${code}</code>`);
    expect(person.headers["cache-control"]).toBe("no-store");
  });

  it("is told before a body that leads nowhere is read", async () => {
    const headers = { ...asksForJson, "content-type": "application/json" };
    const payload = "{".repeat(2 ** 21);
    const answer = await app.ask({ url: "/nowhere", method: "POST", headers, payload });
    expect(answer.json()).toMatchObject({ status: 404, code: "not-found" });
  });

  it("of a store tells nothing of it, and says when to come back", async () => {
    app.stores.areDown = true;
    const response = await app.ask(unknown);
    expect(response.status).toBe(503);
    expect(response.headers["retry-after"]).toBe("10");
    expect(response.text).not.toContain("ECONNREFUSED");
  });

  it("of a request that is none is a problem, too", async () => {
    const { hostname, port } = new URL(app.parts.base);
    const socket = connect(Number(port), hostname);
    socket.write("GET / HTTP/1.1\r\nhost\r\n\r\n");
    const [head = "", body = ""] = (await text(socket)).split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1.1 400 Bad Request/);
    expect(head).toContain("x-content-type-options: nosniff");
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: "bad-request" });
  });
});

it("a photo is a picture and nothing else", async () => {
  const { headers } = await app.upload(await picture("png"));
  const photo = await app.ask(`${String(headers.location)}/photo`);
  expect(photo.headers).toMatchObject({
    "content-type": "image/png",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "content-disposition": `inline; filename="${idOf(headers.location)}.png"`,
    "cache-control": "private, max-age=86400, immutable",
  });
});

describe("the log", () => {
  it("has one line a request, without cookies, tokens and links", async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write: (line: Buffer, _encoding, done) => {
        lines.push(line.toString());
        done();
      },
    });
    await app.restart({ logger: { level: "info", stream } });
    const browser = new Browser(app);
    const { headers } = await browser.upload(await picture("jpeg"));
    const page = await browser.ask(String(headers.location));
    await browser.ask("/nowhere");
    await browser.ask("/livez");
    const token = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1];
    const seen = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(seen.filter(({ msg }) => msg === "answered")).toMatchObject([
      { method: "POST", route: "/", status: 303, address: "127.0.0.1" },
      { method: "GET", route: "/predictions/:id", status: 200 },
      { method: "GET", status: 404, problem: "not-found" },
    ]);
    const all = lines.join("");
    for (const secret of [browser.cookie, token, idOf(headers.location)]) {
      expect(secret).toBeTruthy();
      expect(all).not.toContain(secret);
    }
  });
});

describe("style sheet and scripts", () => {
  it("are served as they are, and only when they have changed", async () => {
    const style = await app.ask("/static/style.css");
    expect(style.headers["content-type"]).toBe("text/css; charset=utf-8");
    expect(style.text).toBe(
      await readFile(join(__dirname, "../web/shared-assets/style.css"), "utf8"),
    );
    const again = { "if-none-match": String(style.headers.etag) };
    expect((await app.ask({ url: "/static/style.css", headers: again })).status).toBe(304);
  });
});
