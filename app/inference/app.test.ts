// The HTTP layer; who classifies is a stand-in, for it is not the subject (classifier.test.ts is).
import { FOOD_CLASSES, Prediction, Problem, UNKNOWN_PROBLEM } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { Writable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { buildApp } from "./app";
import type { Classification, PhotoClassifier } from "./classifier/photo-classifier";
import { predictionOf } from "./classifier/prediction";
import { NoModel, QueueFull, TooManyPixels, UnreadablePhoto } from "./errors";
import type { Transform } from "./model/description";
import type { Serving } from "./model/serving";

const photo = Buffer.from("the bytes of a photo");
const logits = Float32Array.from({ length: 11 }, (_, index) => (index === 3 ? 2 : 0));
const classification: Classification = {
  prediction: predictionOf(logits, { classes: FOOD_CLASSES, version: "0123456789ab" }),
  decodeSeconds: 0.002,
  inferenceSeconds: 0.004,
};

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer<ArrayBuffer>;
}

let app: FastifyInstance;
let origin: string;
let received: Uint8Array[];
let logged: string;
let classify: PhotoClassifier["classify"];
let model: PhotoClassifier | undefined;

beforeEach(async () => {
  received = [];
  classify = (bytes) => {
    received.push(bytes);
    return Promise.resolve(classification);
  };
  model = {
    model: {
      version: "0123456789ab",
      title: "Test model",
      notice: "Knows nothing.",
      classes: FOOD_CLASSES,
      transform: {} as Transform,
    },
    waiting: 5,
    classify: (bytes) => classify(bytes),
    close: () => Promise.resolve(),
  };
  const serving = {
    current: () => {
      if (model === undefined) throw new NoModel("the store is down.", 5);
      return model;
    },
    currentOrNone: () => model,
  } as Serving;
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      logged += chunk.toString();
      done();
    },
  });
  app = buildApp({
    serving,
    bodyLimitMiB: 0.01,
    bodiesMemoryMiB: 0.01,
    revision: "abc123",
    logger: { level: "info", stream },
  });
  origin = await app.listen({ host: "127.0.0.1", port: 0 });
  logged = "";
});
afterEach(() => app.close());

async function answerTo({ method = "POST", path = "/predict", headers, body }: Sent) {
  const response = await fetch(`${origin}${path}`, { method, headers, body });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body: answer };
}

const json = (body: unknown): Sent => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
const picture = (type: string, body: Buffer<ArrayBuffer> = photo): Sent => ({
  headers: { "content-type": type },
  body,
});

describe("POST /predict", () => {
  it("answers a photo in base64 with the tutorial's fields and more", async () => {
    const { status, body } = await answerTo(json({ image: photo.toString("base64") }));
    expect(status).toBe(200);
    expect(body).toEqual(classification.prediction);
    expect(Value.Check(Prediction, body)).toBe(true);
    expect(received).toEqual([photo]);
  });

  it.each(["image/jpeg", "image/png", "image/webp", "image/jpeg; q=1"])(
    "answers the bytes of a photo as %s",
    async (type) => {
      const { status, body } = await answerTo(picture(type));
      expect(status).toBe(200);
      expect(body).toEqual(classification.prediction);
      expect(received).toEqual([photo]);
    },
  );

  const refused: [string, Sent, number, string][] = [
    ["an empty body", {}, 400, "no-photo"],
    ["an empty picture", picture("image/jpeg", Buffer.alloc(0)), 400, "no-photo"],
    ["an empty JSON body", { ...json(""), body: "" }, 400, "no-photo"],
    ["broken JSON", { ...json(""), body: '{"image": ' }, 400, "not-json"],
    ["an empty photo in JSON", json({ image: "" }), 400, "no-photo"],
    ["no base64", json({ image: "egg.jpg" }), 400, "not-base64"],
    ["no field image", json({}), 400, "invalid-body"],
    ["a misspelt field", json({ imgae: "AAAA" }), 400, "invalid-body"],
    ["an extra field", json({ image: "AAAA", top: 3 }), 400, "invalid-body"],
    ["a number for a photo", json({ image: 7 }), 400, "invalid-body"],
    ["null", json(null), 400, "invalid-body"],
    ["a list", json(["AAAA"]), 400, "invalid-body"],
    ["a body over the limit", picture("image/png", Buffer.alloc(20_000)), 413, "body-too-large"],
    ["plain text", picture("text/plain"), 415, "wrong-content-type"],
    ["a GIF", picture("image/gif"), 415, "wrong-content-type"],
    ["no content type", { body: photo }, 415, "wrong-content-type"],
    ["a wrong content type", picture("nonsense"), 415, "wrong-content-type"],
  ];
  it.each(refused)("refuses %s with advice", async (_, request, status, code) => {
    const answer = await answerTo(request);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, code });
    expect(answer.body.advice).toEqual(expect.stringMatching(/\.$/));
    expect(Value.Check(Problem, answer.body)).toBe(true);
    expect(received).toEqual([]);
  });

  it("names the field that is wrong", async () => {
    const extra = await answerTo(json({ image: "AAAA", top: 3 }));
    expect(extra.body.message).toBe(
      'The body is not as it should be: it has the unknown field "top".',
    );
    const wrong = await answerTo(json({ image: 7 }));
    expect(wrong.body.message).toBe(
      'The body is not as it should be: field "image" must be string.',
    );
  });

  const failing: [string, Error, number, string | null][] = [
    ["unreadable-photo", new UnreadablePhoto("VipsJpeg: premature end"), 422, null],
    ["too-many-pixels", new TooManyPixels({ width: 3e4, height: 3e4, allowed: 5e7 }), 422, null],
    ["queue-full", new QueueFull({ waiting: 64 }), 503, "1"],
  ];
  it.each(failing)("passes on problem %s", async (code, error, status, retryAfter) => {
    classify = () => Promise.reject(error);
    const answer = await answerTo(picture("image/jpeg"));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, code, message: error.message });
    expect(answer.headers.get("retry-after")).toBe(retryAfter);
  });

  it("tells the log alone what the decoder said", async () => {
    classify = () => Promise.reject(new UnreadablePhoto("VipsJpeg: premature end"));
    const { body } = await answerTo(picture("image/jpeg"));
    expect(JSON.stringify(body)).not.toContain("Vips");
    expect(logged).toContain("VipsJpeg: premature end");
  });

  it("says when to come back while there is no model", async () => {
    model = undefined;
    const answer = await answerTo(picture("image/jpeg"));
    expect(answer.body).toMatchObject({
      status: 503,
      code: "no-model",
      message: "No model is loaded: the store is down.",
    });
    expect(answer.headers.get("retry-after")).toBe("5");
  });

  it("tells nothing of a defect, and logs it with its trace", async () => {
    classify = () => Promise.reject(new TypeError("secret detail"));
    const { status, body } = await answerTo(picture("image/jpeg"));
    expect(status).toBe(500);
    expect(body).toEqual(UNKNOWN_PROBLEM);
    expect(logged).toContain("secret detail");
    expect(logged).toContain("app.test.ts");
  });

  it("logs one line a request, and nothing of the photo", async () => {
    await answerTo(json({ image: photo.toString("base64") }));
    const lines = logged.trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ route: "/predict", status: 200 });
    expect(logged).not.toContain(photo.toString("base64").slice(0, 8));
  });
});

describe("the memory of bodies", () => {
  // One alone gets in, though it takes 12000 of the app's 10485 bytes: a body is counted twice.
  const large = () => picture("image/jpeg", Buffer.alloc(6000));
  let finish: () => void;
  let underWay: Promise<void>;

  beforeEach(() => {
    const finished = new Promise<void>((resolve) => (finish = resolve));
    underWay = new Promise((resolve) => {
      classify = async () => {
        resolve();
        await finished;
        return classification;
      };
    });
  });

  /** A request by hand, of which only these bytes of the body are sent. */
  function send(bytes: number) {
    const socket = connect(Number(new URL(origin).port), "127.0.0.1");
    socket.write("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\n");
    socket.write("Content-Length: 6000\r\n\r\n");
    socket.write(Buffer.alloc(bytes));
    return socket;
  }

  /** The status of a further photo once it isn't the given one any more; jest's limit ends it. */
  async function statusOtherThan(status: number): Promise<number> {
    for (;;) {
      const answer = await answerTo(large());
      if (answer.status !== status) return answer.status;
    }
  }

  it("turns away what doesn't fit beside what is under way", async () => {
    const first = answerTo(large());
    await underWay;
    const second = await answerTo(large());
    expect(second.body).toMatchObject({ status: 503, code: "queue-full" });
    expect(second.headers.get("retry-after")).toBe("1");
    expect((await answerTo({ method: "GET", path: "/livez" })).status).toBe(200);
    finish();
    expect((await first).status).toBe(200);
    expect((await answerTo(large())).status).toBe(200);
  });

  it("is free again when a caller hangs up while sending", async () => {
    finish();
    const socket = send(100);
    await expect(statusOtherThan(200)).resolves.toBe(503);
    socket.destroy();
    await expect(statusOtherThan(503)).resolves.toBe(200);
  });

  it("stays taken by a photo in the queue whose caller has hung up", async () => {
    const socket = send(6000);
    await underWay;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    await closed;
    expect((await answerTo(large())).status).toBe(503);
    finish();
    await expect(statusOtherThan(503)).resolves.toBe(200);
  });
});

describe("other addresses", () => {
  it.each([
    ["GET", "/predict"],
    ["GET", "/nothing?a=1"],
    ["POST", "/livez"],
  ] as const)("%s %s is not found", async (method, path) => {
    const { status, body } = await answerTo({ method, path });
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "not-found" });
    expect(body.message).toBe(`There is nothing at ${method} ${path.split("?")[0]}.`);
  });

  it("have the same shape of error when the URL is broken", async () => {
    const { status, body } = await answerTo({ method: "GET", path: "/%zz" });
    expect(status).toBe(400);
    expect(body).toEqual({ status: 400, code: "bad-request", message: "Bad Request." });
  });

  it("have it when the request isn't HTTP", async () => {
    const socket = connect(Number(new URL(origin).port), "127.0.0.1");
    socket.end("what is this?\r\n\r\n");
    const [head, body] = (await text(socket)).split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(JSON.parse(body ?? "")).toEqual({
      status: 400,
      code: "bad-request",
      message: "Bad Request.",
    });
  });
});

describe("health", () => {
  const get = (path: string) => answerTo({ method: "GET", path });

  it("is alive with and without a model", async () => {
    model = undefined;
    expect(await get("/livez")).toMatchObject({ status: 200, body: { alive: true } });
  });

  it("is ready with a model, and says why it isn't", async () => {
    expect(await get("/readyz")).toMatchObject({
      status: 200,
      body: { ready: true, modelVersion: "0123456789ab" },
    });
    model = undefined;
    expect(await get("/readyz")).toMatchObject({
      status: 503,
      body: { code: "no-model", message: "No model is loaded: the store is down." },
    });
  });

  it("tells what its model says about itself", async () => {
    expect(await get("/model")).toMatchObject({
      status: 200,
      body: { version: "0123456789ab", title: "Test model", notice: "Knows nothing." },
    });
    model = undefined;
    expect((await get("/model")).status).toBe(503);
  });

  it("names its model and revision, and no software", async () => {
    const { body, headers } = await get("/version");
    expect(body).toEqual({
      service: "inference",
      revision: "abc123",
      modelVersion: "0123456789ab",
    });
    expect(JSON.stringify([...headers])).not.toMatch(/fastify|node/i);
    model = undefined;
    expect((await get("/version")).body.modelVersion).toBeNull();
  });
});

describe("the log", () => {
  it("leaves out probes and scrapes, also those that fail", async () => {
    await fetch(`${origin}/metrics`);
    model = undefined;
    await fetch(`${origin}/readyz`);
    expect(logged).toBe("");
  });
});

describe("GET /metrics", () => {
  const metrics = async () => (await (await fetch(`${origin}/metrics`)).text()).split("\n");

  it("counts requests, predictions and times", async () => {
    await answerTo(picture("image/jpeg"));
    await answerTo(picture("text/plain"));
    await answerTo({ method: "GET", path: "/nothing" });
    expect(await metrics()).toEqual(
      expect.arrayContaining([
        'http_request_duration_seconds_count{method="POST",route="/predict",status="200"} 1',
        'http_request_duration_seconds_count{method="POST",route="/predict",status="415"} 1',
        'http_request_duration_seconds_count{method="GET",route="none",status="404"} 1',
        'inference_predictions_total{class="Egg",model_version="0123456789ab"} 1',
        "inference_decode_seconds_sum 0.002",
        "inference_model_seconds_sum 0.004",
        "inference_confidence_count 1",
        "inference_queue_depth 5",
        'inference_model_loaded{model_version="0123456789ab"} 1',
      ]),
    );
  });

  it("works without a model", async () => {
    model = undefined;
    const lines = await metrics();
    expect(lines).toContain("inference_queue_depth 0");
    expect(lines.filter((line) => line.startsWith("inference_model_loaded{"))).toEqual([]);
  });
});
