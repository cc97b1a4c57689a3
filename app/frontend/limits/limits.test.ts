// What isn't accepted because it is too much, or isn't what is expected.
import { readdir } from "node:fs/promises";
import { Problem } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import { asksForJson, type Part, uploadForm } from "../../web/testing/http";
import { Browser, eggAnswer, photoPart, picture, RunningApp } from "../testing/running-app";

let app: RunningApp;
let photo: Buffer;
/** The photo with bytes behind its end, which take memory and are thrown away. */
let large: Buffer;
beforeAll(async () => {
  photo = await picture("jpeg");
  large = Buffer.concat([photo, Buffer.alloc(1_000_000)]);
});
beforeEach(async () => {
  app = await RunningApp.start();
});
afterEach(() => app.stop());

describe("a form that isn't accepted", () => {
  it.each([
    ["no field", () => [], 400, "no-photo"],
    ["an empty file", () => [photoPart("")], 400, "no-photo"],
    ["text instead of a file", () => [{ field: "photo", content: "egg" }], 400, "wrong-form"],
    ["another field", () => [{ ...photoPart(photo), field: "picture" }], 400, "wrong-form"],
    ["a field of prototypes", () => [{ field: "__proto__", content: "1" }], 400, "wrong-form"],
    ["two photos", () => [photoPart(photo), photoPart(photo)], 400, "wrong-form"],
    ["no picture", () => [photoPart("text")], 415, "unsupported-photo"],
    ["half a picture", () => [photoPart(photo.subarray(0, 300))], 422, "damaged-photo"],
    ["more than is allowed", () => [photoPart(Buffer.alloc(2 ** 20 + 1))], 413, "photo-too-large"],
  ] satisfies [string, () => Part[], number, string][])(
    "with %s",
    async (_what, parts, status, code) => {
      const response = await app.ask(uploadForm(parts(), asksForJson));
      expect(response.json()).toMatchObject({ status, code });
      expect(response.status).toBe(status);
      expect(Value.Check(Problem, response.json())).toBe(true);
      expect(await readdir(app.folder)).toEqual([]);
    },
  );

  it("with an end that comes too soon", async () => {
    const { payload, ...whole } = uploadForm([photoPart(photo)], asksForJson);
    const response = await app.ask({ ...whole, payload: payload?.slice(0, 500) });
    expect(response.json()).toMatchObject({ status: 400, code: "wrong-form" });
  });

  it.each(["application/x-www-form-urlencoded", "application/json", "text/plain", "image/jpeg"])(
    "because it is no multipart form but %s",
    async (type) => {
      const headers = { ...asksForJson, "content-type": type };
      const response = await app.ask({ method: "POST", url: "/", headers, payload: "{}" });
      expect(response.json()).toMatchObject({ status: 415, code: "wrong-content-type" });
    },
  );
});

describe("room for photos", () => {
  it("is asked for before the model is: a full outbox refuses, and says why", async () => {
    await app.restart({ outboxLimitBytes: 3000 });
    const asked = jest.fn(app.predict);
    app.predict = asked;
    const response = await app.upload(photo, asksForJson);
    expect(response.json()).toMatchObject({ status: 507, code: "outbox-full" });
    expect(response.headers["retry-after"]).toBe("60");
    expect(asked).not.toHaveBeenCalled();
    expect((await app.upload(photo)).text).toContain("No room left");
  });

  it("in memory is shared, and given back when others are done", async () => {
    let answer = () => {};
    const waiting = new Promise<void>((resolve) => (answer = resolve));
    const allAsked = new Promise<void>((resolve) => {
      let asked = 0;
      app.predict = () => {
        asked += 1;
        if (asked === 4) resolve();
        return waiting.then(() => eggAnswer());
      };
    });
    const others = Array.from({ length: 4 }, () => app.upload(large, asksForJson));
    await allAsked;
    const refused = await app.upload(large, asksForJson);
    expect(refused.json()).toMatchObject({ status: 503, code: "too-many-uploads" });
    answer();
    for (const other of await Promise.all(others)) expect(other.status).toBe(201);
    expect((await app.upload(large, asksForJson)).status).toBe(201);
  });
});

describe("the number of requests in a minute", () => {
  const from = (address: string) => ({ "x-forwarded-for": address });
  const statuses = async (count: number, send: () => Promise<{ status: number }>) => {
    const seen: number[] = [];
    for (let sent = 0; sent < count; sent += 1) seen.push((await send()).status);
    return seen;
  };

  it("is limited for a session, not for others at the same address", async () => {
    await app.restart({ uploadsPerMinute: { session: 2, address: 100 } });
    const [eager, calm] = [new Browser(app), new Browser(app)];
    // The first one makes the session, so it isn't counted for it yet.
    expect(await statuses(4, () => eager.upload(photo))).toEqual([303, 303, 303, 429]);
    expect((await calm.upload(photo)).status).toBe(303);
  });

  it("is limited for an address, with or without sessions", async () => {
    await app.restart({ uploadsPerMinute: { session: 100, address: 3 } });
    await statuses(2, () => app.upload(photo));
    expect(await statuses(2, () => new Browser(app).upload(photo))).toEqual([303, 429]);
  });

  it("is told as a problem with the time to wait, as page and as JSON", async () => {
    await app.restart({ uploadsPerMinute: { session: 1, address: 1 } });
    await app.upload(photo);
    const program = await app.upload(photo, asksForJson);
    expect(Value.Check(Problem, program.json())).toBe(true);
    expect(program.json()).toMatchObject({ status: 429, code: "too-many-requests" });
    const seconds = Number(program.headers["retry-after"]);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    const person = await app.upload(photo);
    expect(person.status).toBe(429);
    expect(person.text).toMatch(/Wait \d+ s, then try again/);
    expect((await app.ask("/metrics")).text).toContain(
      'frontend_rate_limited_total{kind="upload",by="address"} 2',
    );
  });

  it("is counted by the address that a trusted proxy tells", async () => {
    await app.restart({
      uploadsPerMinute: { session: 9, address: 1 },
      trustedProxies: ["127.0.0.1"],
    });
    expect((await app.upload(photo, from("198.51.100.1"))).status).toBe(303);
    expect((await app.upload(photo, from("198.51.100.2"))).status).toBe(303);
    // Only the last entry is the proxy's own; what stands before it, the client made up.
    expect((await app.upload(photo, from("1.2.3.4, 198.51.100.2"))).status).toBe(429);
  });

  it("is counted by the address that a proxy tells which is known by its name", async () => {
    const trustedProxies = ["localhost"];
    await app.restart({ uploadsPerMinute: { session: 9, address: 1 }, trustedProxies });
    expect((await app.upload(photo, from("198.51.100.1"))).status).toBe(303);
    expect((await app.upload(photo, from("198.51.100.2"))).status).toBe(303);
    expect((await app.upload(photo, from("198.51.100.2"))).status).toBe(429);
  });

  it("is counted by /64 for IPv6, which one client has whole", async () => {
    await app.restart({
      uploadsPerMinute: { session: 9, address: 1 },
      trustedProxies: ["127.0.0.0/8"],
    });
    expect((await app.upload(photo, from("2001:db8:0:1::1"))).status).toBe(303);
    expect((await app.upload(photo, from("2001:db8:0:1:ffff::2"))).status).toBe(429);
    expect((await app.upload(photo, from("2001:db8:0:2::1"))).status).toBe(303);
  });

  it("isn't dodged by a header of the client's own", async () => {
    await app.restart({ uploadsPerMinute: { session: 9, address: 1 } });
    expect((await app.upload(photo, from("198.51.100.1"))).status).toBe(303);
    expect((await app.upload(photo, from("198.51.100.2"))).status).toBe(429);
  });

  it("is ten times as high for pages, and none for what machines ask", async () => {
    await app.restart({ uploadsPerMinute: { session: 1, address: 1 } });
    const seen = await statuses(11, () => app.ask("/"));
    expect(seen).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    expect(await statuses(20, () => app.ask("/readyz"))).not.toContain(429);
  });
});
