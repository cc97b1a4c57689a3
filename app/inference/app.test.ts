// What there is beside predictions: health, figures, the log, and addresses where there is nothing.
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import {
  answerOf,
  picture,
  type Sent,
  type StandIn,
  startStandIn,
  transform,
} from "./testing/stand-in";

let service: StandIn;
beforeEach(async () => {
  service = await startStandIn();
});
afterEach(() => service.app.close());

const answerTo = (sent: Sent) => answerOf(service, sent);

describe("other addresses", () => {
  it.each([
    ["GET", "/nothing?a=1"],
    ["POST", "/nothing"],
    ["GET", "/docs/static/nothing.js"],
  ] as const)("%s %s is not found", async (method, path) => {
    const { status, body } = await answerTo({ method, path });
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "not-found" });
    expect(body.message).toBe(`There is nothing at ${method} ${path.split("?")[0]}.`);
  });

  it.each([
    ["GET", "/predict", "POST"],
    ["OPTIONS", "/predict", "POST"],
    ["POST", "/livez?a=1", "GET, HEAD"],
    ["DELETE", "/docs/json", "GET, HEAD"],
  ] as const)("%s %s is not allowed; the answer says what is", async (method, path, allowed) => {
    const { status, headers, body } = await answerTo({ method, path });
    expect(status).toBe(405);
    expect(headers.get("allow")).toBe(allowed);
    expect(body).toMatchObject({ code: "method-not-allowed" });
  });

  it("are refused before a body is looked at", async () => {
    const sent = { path: "/livez", headers: { "content-type": "a/b" }, body: "x".repeat(20_000) };
    expect((await answerTo(sent)).status).toBe(405);
  });

  it("have heads where there is a GET", async () => {
    const response = await fetch(`${service.origin}/livez`, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  it("have the same shape of error when the URL is broken", async () => {
    const { status, body } = await answerTo({ method: "GET", path: "/%zz" });
    expect(status).toBe(400);
    expect(body).toEqual({ status: 400, code: "bad-request", message: "Bad Request." });
  });

  it("have it when the request isn't HTTP", async () => {
    const socket = connect(Number(new URL(service.origin).port), "127.0.0.1");
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
    service.model = undefined;
    expect(await get("/livez")).toMatchObject({ status: 200, body: { alive: true } });
  });

  it("is ready with a model, and says why it isn't", async () => {
    expect(await get("/readyz")).toMatchObject({
      status: 200,
      body: { ready: true, modelVersion: "0123456789ab" },
    });
    service.model = undefined;
    expect(await get("/readyz")).toMatchObject({
      status: 503,
      body: { code: "no-model", message: "No model is loaded: the store is down." },
    });
  });

  it("says that the published model isn't the one that answers", async () => {
    expect((await get("/readyz")).body).not.toHaveProperty("refused");
    service.refusal = { sha256: "6".repeat(64), version: "2", reason: "it declares no version." };
    expect(await get("/readyz")).toMatchObject({
      status: 200,
      body: { ready: true, modelVersion: "0123456789ab", refused: service.refusal },
    });
  });

  it("tells what its model says about itself", async () => {
    expect(await get("/model")).toMatchObject({
      status: 200,
      body: {
        version: "0123456789ab",
        title: "Test model",
        notice: "Knows nothing.",
        classes: FOOD_CLASSES,
        sha256: "5".repeat(64),
        transform,
      },
    });
    service.model = undefined;
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
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    service.model = undefined;
    expect((await get("/version")).body.modelVersion).toBeNull();
  });
});

describe("the log", () => {
  it("calls a request what its answer says", async () => {
    const ids: (string | null)[] = [];
    for (const sent of [picture("image/jpeg"), picture("text/plain")]) {
      ids.push((await answerTo(sent)).headers.get("x-request-id"));
    }
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(service.logged).toContain(`"reqId":"${id}"`);
  });

  it("leaves out probes and scrapes, also those that fail", async () => {
    await fetch(`${service.origin}/metrics`);
    service.model = undefined;
    await fetch(`${service.origin}/readyz`);
    expect(service.logged).toBe("");
  });
});

describe("GET /metrics", () => {
  const metrics = async () => (await (await fetch(`${service.origin}/metrics`)).text()).split("\n");

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
        "inference_running 2",
        'http_problems_total{route="/predict",code="wrong-content-type"} 1',
        'inference_model_loaded{model_version="0123456789ab"} 1',
      ]),
    );
  });

  it("works without a model", async () => {
    service.model = undefined;
    const lines = await metrics();
    expect(lines).toContain("inference_queue_depth 0");
    expect(lines.filter((line) => line.startsWith("inference_model_loaded{"))).toEqual([]);
  });
});
