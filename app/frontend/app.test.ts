// The whole application over HTTP on a free port, with a real outbox on a real folder; the model and the stores
// are in memory, so that each can be away.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FOOD_CLASSES, Problem } from "@feedback-loop/contract";
import type { NewPrediction, StoredPrediction } from "@feedback-loop/database";
import { Value } from "@sinclair/typebox/value";
import type { FastifyInstance } from "fastify";
import { createApp } from "./app";
import type { Inference } from "./inference-client";
import { createMetrics } from "./metrics";
import { InferenceUnavailable, PhotoRefused } from "./problems";
import { Outbox } from "./saving/outbox";
import { Saver } from "./saving/saver";

const JPEG = Buffer.concat([Buffer.from("ffd8ffe0", "hex"), Buffer.alloc(2000, "egg")]);
const json = { accept: "application/json" };

let folder: string;
let app: FastifyInstance;
let base: string;
let outbox: Outbox;
let saver: Saver;
let predict: Inference["predict"];
let storesAreDown: boolean;
let objects: Map<string, Buffer>;
let rows: Map<string, StoredPrediction>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "frontend-"));
  predict = () => Promise.resolve(eggAnswer());
  storesAreDown = false;
  objects = new Map();
  rows = new Map();
  await start(2 ** 24);
});
afterEach(async () => {
  await app.close();
  await saver.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(outboxLimitBytes: number) {
  outbox = await Outbox.open(folder, outboxLimitBytes);
  const metrics = createMetrics(outbox);
  saver = new Saver({ outbox, photos, log, events, retrySeconds: 0.01 });
  const inference: Inference = {
    predict: (photo, type) => predict(photo, type),
    model: () =>
      Promise.resolve({
        version: "v1",
        title: "Demonstration model",
        notice: "Often wrong.",
        classes: [...FOOD_CLASSES],
      }),
  };
  app = await createApp(
    { inference, outbox, saver, photos, log, metrics, photoBucket: "production", revision: "abc" },
    { logLevel: "silent", limits: { photoMiB: 1, uploadMemoryMiB: 4 } },
  );
  base = await app.listen({ host: "127.0.0.1", port: 0 });
}

interface Question {
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  payload?: Buffer;
}

async function ask(question: string | Question) {
  const { url, method, headers, payload } =
    typeof question === "string" ? { url: question } : question;
  const body = payload && new Uint8Array(payload);
  const response = await fetch(base + url, { method, headers, body, redirect: "manual" });
  const rawPayload = Buffer.from(await response.arrayBuffer());
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    rawPayload,
    body: rawPayload.toString(),
    json: (): unknown => JSON.parse(rawPayload.toString()),
  };
}

const events = { saved: () => undefined, failed: () => undefined, damaged: () => undefined };
const photos = {
  put: (key: string, photo: Buffer) => answering(() => void objects.set(key, photo)),
  get: (key: string) => answering(() => objects.get(key) ?? Buffer.alloc(0)),
  ping: () => answering(() => undefined),
};
const log = {
  insert: (row: NewPrediction) =>
    answering(() => void rows.set(row.id, { ...row, storedAt: new Date() })),
  find: (id: string) => answering(() => rows.get(id)),
  ping: () => answering(() => undefined),
};

async function answering<T>(work: () => T): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  if (storesAreDown) throw new Error("connect ECONNREFUSED 10.0.0.7:5432");
  return work();
}

function eggAnswer() {
  const probabilities = Object.fromEntries(
    FOOD_CLASSES.map((name, index) => [name, index === 3 ? 0.9 : 0.01]),
  );
  return { prediction: "Egg", probability: 0.9, classIndex: 3, probabilities, modelVersion: "v1" };
}

interface Part {
  field: string;
  filename?: string;
  content: Buffer | string;
}

function form(parts: Part[], headers: Record<string, string> = {}): Question {
  const boundary = "----form";
  const body = parts.flatMap(({ field, filename, content }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${field}"`,
    filename === undefined ? "" : `; filename="${filename}"\r\nContent-Type: image/jpeg`,
    "\r\n\r\n",
    content,
    "\r\n",
  ]);
  return {
    method: "POST",
    url: "/",
    headers: { "content-type": `multipart/form-data; boundary=${boundary}`, ...headers },
    payload: Buffer.concat([...body, `--${boundary}--\r\n`].map((part) => Buffer.from(part))),
  };
}

const upload = (content: Buffer | string, headers = {}) =>
  ask(form([{ field: "photo", filename: "egg.jpg", content }], headers));

const idOf = (location: unknown) => String(location).split("/")[2] ?? "";

async function saved(id: string) {
  for (let tries = 0; tries < 500 && !rows.has(id); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await saver.stop();
  expect(rows.has(id)).toBe(true);
}

describe("uploading a photo", () => {
  it("leads a person to the page of the prediction", async () => {
    const { statusCode, headers } = await upload(JPEG);
    expect(statusCode).toBe(303);
    expect(headers.location).toMatch(/^\/predictions\/[0-9a-f-]{36}$/);
    const page = await ask(String(headers.location));
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain("<h1>Egg</h1>");
  });

  it("gives a program the prediction, not yet saved", async () => {
    const response = await upload(JPEG, json);
    expect(response.statusCode).toBe(201);
    const body = response.json() as { id: string };
    expect(body).toMatchObject({ saved: false, prediction: eggAnswer() });
    expect(response.headers.location).toBe(`/predictions/${body.id}`);
  });

  it("is saved in both stores under a key of its class, and then the page says so", async () => {
    const { headers } = await upload(JPEG);
    const id = idOf(headers.location);
    await saved(id);
    expect([...objects]).toEqual([[`class_03/${id}.jpg`, JPEG]]);
    expect(rows.get(id)).toMatchObject({ objectKey: `class_03/${id}.jpg`, classIndex: 3 });
    const page = await ask({ url: String(headers.location), headers: json });
    expect(page.json()).toMatchObject({ saved: true, prediction: eggAnswer() });
    expect(await readdir(folder)).toEqual([]);
  });

  it("is answered honestly while the stores are down, photo included, and saved afterwards", async () => {
    storesAreDown = true;
    const { statusCode, headers } = await upload(JPEG);
    expect(statusCode).toBe(303);
    const url = String(headers.location);
    expect((await ask(url)).body).toContain("Not saved yet:");
    expect((await ask(`${url}/photo`)).rawPayload).toEqual(JPEG);
    storesAreDown = false;
    await saved(idOf(url));
    expect((await ask(url)).body).toContain("<strong>Saved.</strong>");
    expect((await ask(`${url}/photo`)).rawPayload).toEqual(JPEG);
  });

  it("serves the photo as a picture and nothing else", async () => {
    const { headers } = await upload(JPEG);
    const photo = await ask(`${String(headers.location)}/photo`);
    expect(photo.headers).toMatchObject({
      "content-type": "image/jpeg",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
    });
  });
});

describe("a photo that isn't accepted", () => {
  const refusal = {
    status: 422,
    code: "unreadable-photo",
    message: "It isn't a whole picture.",
    advice: "Look whether it opens.",
  };

  it.each([
    ["no field", [], 400, "no-photo"],
    ["an empty file", [{ field: "photo", filename: "", content: "" }], 400, "no-photo"],
    ["text instead of a file", [{ field: "photo", content: "egg" }], 400, "wrong-form"],
    ["another field", [{ field: "picture", filename: "a", content: JPEG }], 400, "wrong-form"],
    [
      "two photos",
      [
        { field: "photo", filename: "a", content: JPEG },
        { field: "photo", filename: "b", content: JPEG },
      ],
      400,
      "wrong-form",
    ],
    [
      "no picture",
      [{ field: "photo", filename: "a.jpg", content: "text" }],
      415,
      "unsupported-photo",
    ],
    [
      "more than is allowed",
      [
        {
          field: "photo",
          filename: "a.jpg",
          content: Buffer.concat([JPEG, Buffer.alloc(2 ** 20)]),
        },
      ],
      413,
      "photo-too-large",
    ],
  ] satisfies [string, Part[], number, string][])("with %s", async (_what, parts, status, code) => {
    const response = await ask(form(parts, json));
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ status, code });
    expect(Value.Check(Problem, response.json())).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  it("with a form that ends too soon", async () => {
    const { payload, ...whole } = form([{ field: "photo", filename: "a", content: JPEG }], json);
    const response = await ask({ ...whole, payload: payload?.subarray(0, 500) });
    expect(response.json()).toMatchObject({ status: 400, code: "wrong-form" });
  });

  it("with no form at all", async () => {
    const response = await ask({
      method: "POST",
      url: "/",
      headers: { ...json, "content-type": "application/x-www-form-urlencoded" },
      payload: Buffer.from("photo=egg"),
    });
    expect(response.json()).toMatchObject({ status: 415, code: "wrong-content-type" });
  });

  it("because the model refuses it: its advice and status, as page and as JSON", async () => {
    predict = () => Promise.reject(new PhotoRefused(refusal));
    const page = await upload(JPEG);
    expect(page.statusCode).toBe(422);
    expect(page.body).toContain("Look whether it opens.");
    expect((await upload(JPEG, json)).json()).toEqual(refusal);
    expect(await readdir(folder)).toEqual([]);
  });

  it("because the model is away: nothing is kept, and a retry is offered", async () => {
    predict = () => Promise.reject(new InferenceUnavailable(3));
    const page = await upload(JPEG);
    expect(page.statusCode).toBe(503);
    expect(page.headers["retry-after"]).toBe("3");
    expect(page.body).toMatch(/<a class="button" href="\/">Try again<\/a>/);
    expect(await readdir(folder)).toEqual([]);
  });

  it("because the outbox is full: refused before the model is asked", async () => {
    await app.close();
    await start(3000);
    const asked = jest.fn(predict);
    predict = asked;
    const response = await upload(JPEG, json);
    expect(response.json()).toMatchObject({ status: 507, code: "outbox-full" });
    expect(asked).not.toHaveBeenCalled();
  });

  it("because others take the memory for uploads, until they are done", async () => {
    let answer = () => {};
    const waiting = new Promise<void>((resolve) => (answer = resolve));
    const large = Buffer.concat([JPEG, Buffer.alloc(1_000_000)]);
    const allAsked = new Promise<void>((resolve) => {
      let asked = 0;
      predict = () => {
        asked += 1;
        if (asked === 4) resolve();
        return waiting.then(eggAnswer);
      };
    });
    const others = Array.from({ length: 4 }, () => upload(large, json));
    await allAsked;
    expect((await upload(large, json)).json()).toMatchObject({ code: "too-many-uploads" });
    answer();
    for (const other of await Promise.all(others)) expect(other.statusCode).toBe(201);
    expect((await upload(large, json)).statusCode).toBe(201);
  });

  it("because of a defect: nothing about it is told", async () => {
    predict = () => Promise.reject(new Error("secret detail"));
    const response = await upload(JPEG);
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toMatch(/secret detail|at .*\.ts/);
  });
});

describe("a prediction that can't be shown", () => {
  const unknown = "/predictions/6f9619ff-8b86-4d01-b42d-00cf4fc964ff";

  it.each([unknown, `${unknown}/photo`, "/predictions/..%2f..%2fetc", "/nowhere"])(
    "isn't found at %s",
    async (url) => {
      expect((await ask(url)).statusCode).toBe(404);
      expect((await ask({ url, headers: json })).json()).toMatchObject({
        code: "not-found",
      });
    },
  );

  it("may be there when the database is back", async () => {
    storesAreDown = true;
    const response = await ask(unknown);
    expect(response.statusCode).toBe(503);
    expect(response.headers["retry-after"]).toBe("10");
    expect(response.body).not.toContain("ECONNREFUSED");
  });
});

describe("operations", () => {
  it("is alive and has a version", async () => {
    expect((await ask("/livez")).json()).toEqual({ alive: true });
    expect((await ask("/version")).json()).toEqual({ service: "frontend", revision: "abc" });
  });

  it("is ready as long as it can keep photos, and tells how the stores are", async () => {
    storesAreDown = true;
    const response = await ask("/readyz");
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      ready: true,
      outbox: { writable: true, depth: 0 },
      stores: { objectStore: "down", database: "down" },
    });
  });

  it("isn't ready without its outbox", async () => {
    await rm(folder, { recursive: true });
    const response = await ask("/readyz");
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ ready: false });
  });

  it("counts uploads by outcome, and what waits", async () => {
    storesAreDown = true;
    await upload(JPEG);
    await upload("text");
    const { body } = await ask("/metrics");
    expect(body).toContain('frontend_uploads_total{outcome="accepted"} 1');
    expect(body).toContain('frontend_uploads_total{outcome="unsupported-photo"} 1');
    expect(body).toContain("frontend_outbox_items 1");
  });

  it.each(["/", "/nowhere", "/static/style.css"])(
    "sends the security headers with %s",
    async (url) => {
      const { headers } = await ask(url);
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers).not.toHaveProperty("server");
      expect(headers).not.toHaveProperty("x-powered-by");
    },
  );

  it("serves its style sheet and scripts as they are", async () => {
    const style = await ask("/static/style.css");
    expect(style.headers["content-type"]).toContain("text/css");
    expect(style.body).toBe(await readFile(join(__dirname, "static/style.css"), "utf8"));
    const again = { "if-none-match": String(style.headers.etag) };
    expect((await ask({ url: "/static/style.css", headers: again })).statusCode).toBe(304);
    expect((await ask("/static/..%2fapp.ts")).statusCode).toBe(404);
  });
});
