// Workers that really die of their photo: its request is answered with an error, what waits is not
// lost, and the worker is replaced.
import { connect } from "node:net";
import { join } from "node:path";
import { once } from "node:events";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../app";
import { WorkerLost } from "../errors";
import type { Serving } from "../model/serving";
import { realModel } from "../testing/material";
import { DEATHS, LONG } from "../testing/mortal-worker";
import { Classifier } from "./classifier";
import { loaderFor } from "./worker-pool";

const entry = {
  filename: join(__dirname, "../testing/mortal-worker.ts"),
  execArgv: loaderFor(".ts"),
};
const well = () => Uint8Array.of(0, 0);
const deadly = (way: keyof typeof DEATHS) => Uint8Array.of(DEATHS[way], 0);

let classifier: Classifier;
let lost: unknown[];
beforeEach(async () => {
  lost = [];
  classifier = await Classifier.start(realModel(), {
    workers: 1,
    maxWaiting: 10,
    onWorkerLost: (error) => lost.push(error),
    entry,
  });
});
afterEach(() => classifier.close());

describe.each(["exit", "uncaught"] as const)("a photo that kills its worker (%s)", (way) => {
  it("is answered with an error, and those behind it with their predictions", async () => {
    const killer = classifier.classify(deadly(way));
    const others = [1, 2, 3].map(() => classifier.classify(well()));
    await expect(killer).rejects.toThrow(WorkerLost);
    for (const { prediction } of await Promise.all(others)) {
      expect(prediction.probability).toBeCloseTo(1 / 11, 9);
    }
    expect(lost).toHaveLength(1);
  });

  it("may come again and again", async () => {
    for (let round = 0; round < 5; round += 1) {
      await expect(classifier.classify(deadly(way))).rejects.toThrow(WorkerLost);
      await expect(classifier.classify(well())).resolves.toHaveProperty("prediction");
    }
    expect(classifier.running).toBe(0);
  });
});

describe("over HTTP", () => {
  let app: FastifyInstance;
  let origin: string;
  beforeEach(async () => {
    const serving = { current: () => classifier, currentOrNone: () => classifier };
    app = buildApp({
      serving: serving as Partial<Serving> as Serving,
      bodyLimitMiB: 1,
      bodiesMemoryMiB: 1,
      requestTimeoutSeconds: 60,
      closeWithinSeconds: 60, // longer than a test may take: nothing needs to be cut off
      logger: false,
    });
    origin = await app.listen({ host: "127.0.0.1", port: 0 });
  });
  afterEach(() => app.close());

  const send = (photo: Uint8Array<ArrayBuffer>) =>
    fetch(`${origin}/predict`, {
      method: "POST",
      headers: { "content-type": "image/jpeg" },
      body: photo,
    });

  /** Resolves when the worker is at work, and will be for a while. */
  async function busy(): Promise<{ answer: Promise<Response> }> {
    const answer = send(Uint8Array.of(LONG, 0));
    while (classifier.running === 0) await new Promise(setImmediate);
    return { answer };
  }

  it("a dead worker is a 500 that says what to do, and the next request works", async () => {
    const response = await send(deadly("exit"));
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: "worker-lost" });
    expect(response.headers.get("retry-after")).toBeNull();
    expect((await send(well())).status).toBe(200);
  });

  it("a photo whose caller hangs up leaves the queue, and its memory is free", async () => {
    const { answer } = await busy();
    const sockets = Array.from({ length: 5 }, () => {
      const socket = connect(Number(new URL(origin).port), "127.0.0.1");
      socket.write("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\n");
      socket.write("Content-Length: 100\r\n\r\n");
      socket.write(Buffer.alloc(100));
      return socket;
    });
    while (classifier.waiting < 5) await new Promise(setImmediate);
    for (const socket of sockets) socket.destroy();
    await Promise.all(sockets.map((socket) => once(socket, "close")));
    while (classifier.waiting > 0) await new Promise(setImmediate);
    expect(classifier.running).toBe(1);
    expect((await answer).status).toBe(200);
  });

  it("what waits is answered when the service is stopped", async () => {
    const { answer } = await busy();
    const answers = [answer, ...Array.from({ length: 7 }, () => send(well()))];
    while (classifier.waiting < 7) await new Promise(setImmediate);
    const closing = app.close();
    for (const response of await Promise.all(answers)) expect(response.status).toBe(200);
    await closing;
  });
});
