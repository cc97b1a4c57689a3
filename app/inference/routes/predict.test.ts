// POST /predict over HTTP; who classifies is a stand-in, for it is not the subject (classifier.test.ts
// is; what is refused, and how, is in bad-input.test.ts).
import { once } from "node:events";
import { connect } from "node:net";
import { Prediction, UNKNOWN_PROBLEM } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import { QueueFull, TooManyPixels, UnreadablePhoto, WorkerLost } from "../errors";
import {
  answerOf,
  classification,
  photo,
  picture,
  type Sent,
  type StandIn,
  startStandIn,
  TOKEN,
} from "../testing/stand-in";

let service: StandIn;
beforeEach(async () => {
  service = await startStandIn();
});
afterEach(() => service.app.close());

const answerTo = (sent: Sent) => answerOf(service, sent);

const json = (body: unknown): Sent => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

describe("POST /predict", () => {
  it("answers a photo in base64 with the tutorial's fields and more", async () => {
    const { status, body } = await answerTo(json({ image: photo.toString("base64") }));
    expect(status).toBe(200);
    expect(body).toEqual(classification.prediction);
    expect(Value.Check(Prediction, body)).toBe(true);
    expect(service.received).toEqual([photo]);
  });

  it.each(["image/jpeg", "image/png", "image/webp", "image/jpeg; q=1"])(
    "answers the bytes of a photo as %s",
    async (type) => {
      const { status, body } = await answerTo(picture(type));
      expect(status).toBe(200);
      expect(body).toEqual(classification.prediction);
      expect(service.received).toEqual([photo]);
    },
  );

  const failing: [string, Error, number, string | null][] = [
    ["unreadable-photo", new UnreadablePhoto("VipsJpeg: premature end"), 422, null],
    ["too-many-pixels", new TooManyPixels({ width: 3e4, height: 3e4, allowed: 5e7 }), 422, null],
    ["queue-full", new QueueFull({ waiting: 64 }), 503, "1"],
    ["worker-lost", new WorkerLost(), 500, null],
  ];
  it.each(failing)("passes on problem %s", async (code, error, status, retryAfter) => {
    service.classify = () => Promise.reject(error);
    const answer = await answerTo(picture("image/jpeg"));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, code, message: error.message });
    expect(answer.headers.get("retry-after")).toBe(retryAfter);
  });

  it("tells the log alone what the decoder said", async () => {
    service.classify = () => Promise.reject(new UnreadablePhoto("VipsJpeg: premature end"));
    const { body } = await answerTo(picture("image/jpeg"));
    expect(JSON.stringify(body)).not.toContain("Vips");
    expect(service.logged).toContain("VipsJpeg: premature end");
  });

  it("says when to come back while there is no model", async () => {
    service.model = undefined;
    const answer = await answerTo(picture("image/jpeg"));
    expect(answer.body).toMatchObject({
      status: 503,
      code: "no-model",
      message: "No model is loaded: the store is down.",
    });
    expect(answer.headers.get("retry-after")).toBe("5");
  });

  it("tells nothing of a defect, and logs it with its trace", async () => {
    service.classify = () => Promise.reject(new TypeError("secret detail"));
    const { status, body } = await answerTo(picture("image/jpeg"));
    expect(status).toBe(500);
    expect(body).toEqual(UNKNOWN_PROBLEM);
    expect(service.logged).toContain("secret detail");
    expect(service.logged).toContain("predict.test.ts");
  });

  it("logs one line a request, and nothing of the photo", async () => {
    await answerTo(json({ image: photo.toString("base64") }));
    const lines = service.logged.trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ route: "/predict", status: 200 });
    expect(service.logged).not.toContain(photo.toString("base64").slice(0, 8));
  });
});

describe("a photo in a form", () => {
  it("is answered like its bytes", async () => {
    const body = new FormData();
    body.append("image", new Blob([photo]), "egg.jpg");
    const response = await fetch(`${service.origin}/predict`, { method: "POST", body });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(classification.prediction);
    expect(service.received).toEqual([photo]);
  });

  it("counts three times in the memory of bodies", async () => {
    const form = async (bytes: number) => {
      const body = new FormData();
      body.append("image", new Blob([new Uint8Array(bytes)]));
      return fetch(`${service.origin}/predict`, { method: "POST", body });
    };
    let finish = () => undefined as void;
    const underWay = new Promise<void>((started) => {
      service.classify = () => {
        started();
        return new Promise((resolve) => (finish = () => resolve(classification)));
      };
    });
    const first = form(1800); // thrice, with its head: more than half of 10485
    await underWay;
    expect((await form(1800)).status).toBe(503);
    finish();
    expect((await first).status).toBe(200);
  });
});

describe("the internal header", () => {
  const asked: (boolean | undefined)[] = [];
  const send = (headers: Record<string, string>) => {
    asked.length = 0;
    service.classify = (_, options) => {
      asked.push(options?.wantsEmbedding);
      return Promise.resolve(classification);
    };
    return answerTo({ headers: { "content-type": "image/jpeg", ...headers }, body: photo });
  };

  it("asks for the embedding", async () => {
    expect((await send({ "x-internal-token": TOKEN })).status).toBe(200);
    expect(asked).toEqual([true]);
  });

  it("isn't needed for a prediction", async () => {
    expect((await send({})).status).toBe(200);
    expect(asked).toEqual([false]);
  });

  it.each(["", "wrong", TOKEN.slice(0, -1), `${TOKEN}.`])("is refused with %j", async (token) => {
    const { status, body } = await send({ "x-internal-token": token });
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: "wrong-token" });
    expect(asked).toEqual([]);
  });

  it("is refused before the body has come", async () => {
    const socket = connect(Number(new URL(service.origin).port), "127.0.0.1");
    socket.write("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\n");
    socket.write("X-Internal-Token: wrong\r\nContent-Length: 6000\r\n\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 401 /);
    socket.destroy();
  });
});
