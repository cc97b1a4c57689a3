// Against real HTTP servers on free ports.
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import { createInference, type InferenceOptions, interpret } from "./inference-client";
import { ClientGone, InferenceUnavailable, PhotoRefused } from "./problems";

const probabilities = Object.fromEntries(
  FOOD_CLASSES.map((name) => [name, name === "Egg" ? 0.9 : 0.01]),
);
const answer = {
  prediction: "Egg",
  probability: 0.9,
  classIndex: 3,
  probabilities,
  modelVersion: "0123456789ab",
};
const refusal = {
  status: 422,
  code: "unreadable-photo",
  message: "Not a picture.",
  advice: "Look.",
};

describe("an answer of the inference API", () => {
  const ok = { status: 200, retryAfter: undefined, body: answer };

  it("is the prediction", () => {
    expect(interpret(ok)).toEqual({ ...answer, embedding: null });
  });

  it("has the embedding as bytes", () => {
    const embedding = Buffer.from([0, 60, 0, 188]);
    const body = { ...answer, embedding: embedding.toString("base64") };
    expect(interpret({ ...ok, body })).toEqual({ ...answer, embedding });
  });

  it.each([
    ["empty", ""],
    ["no base64", "not base64!"],
    ["half a number too long", Buffer.alloc(5).toString("base64")],
    ["far too large", Buffer.alloc(2 ** 20).toString("base64")],
    ["a number", 7],
    ["nothing", null],
  ])("is worth as much when its embedding is %s", (_what, embedding) => {
    expect(interpret({ ...ok, body: { ...answer, embedding } })).toMatchObject({
      prediction: "Egg",
      embedding: null,
    });
  });

  it.each([400, 413, 415, 422])("with status %i about the photo is passed on", (status) => {
    const refused = { status, retryAfter: undefined, body: { ...refusal, status } };
    expect(() => interpret(refused)).toThrow(PhotoRefused);
    expect(() => interpret(refused)).toThrow("Not a picture.");
  });

  it.each([
    ["another set of classes", { ...answer, probabilities: { Egg: 0.9, Cake: 0.1 } }],
    ["another order of classes", { ...answer, classIndex: 4 }],
    ["a class that doesn't exist", { ...answer, classIndex: 11, prediction: undefined }],
    ["a probability above 1", { ...answer, probability: 1.5 }],
    ["no JSON", undefined],
  ])("with %s is as good as none", (_what, body) => {
    expect(() => interpret({ ...ok, body })).toThrow(InferenceUnavailable);
  });

  it.each([
    ["7", 7],
    ["0.2", 1],
    ["86400", 600],
    ["0", 5],
    ["-1", 5],
    ["Wed, 21 Oct 2026 07:28:00 GMT", 5],
    [undefined, 5],
  ])("with Retry-After %j leads to a retry after %d s", (retryAfter, retryAfterSeconds) => {
    const body = { ...refusal, status: 503 };
    const unavailable = { status: 503, code: "inference-unavailable", retryAfterSeconds };
    expect(errorOf({ status: 503, retryAfter, body })).toMatchObject(unavailable);
    const busy = { ...body, code: "queue-full" };
    expect(errorOf({ status: 503, retryAfter, body: busy })).toMatchObject({
      ...unavailable,
      code: "inference-busy",
    });
  });
});

describe("asking the inference API", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function listening(listener: RequestListener, options: Partial<InferenceOptions> = {}) {
    const started = createServer(listener);
    server = started;
    await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
    const { port } = started.address() as AddressInfo;
    return createInference({
      url: `http://127.0.0.1:${port}/`,
      timeoutSeconds: 0.2,
      modelFactsSeconds: { fresh: 0, timeout: 0.2 },
      ...options,
    });
  }

  it("sends the photo's bytes as they are", async () => {
    const inference = await listening((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method, url, headers } = request;
        const seen = [method, url, headers["content-type"], Buffer.concat(chunks).toString()];
        response.end(JSON.stringify({ ...answer, modelVersion: seen.join(" ") }));
      });
    });
    const { modelVersion } = await inference.predict(Buffer.from("bytes"), "image/png");
    expect(modelVersion).toBe("POST /predict image/png bytes");
  });

  it("asks once more when a connection breaks", async () => {
    let requests = 0;
    const inference = await listening((request, response) => {
      requests += 1;
      if (requests === 1) request.socket.destroy();
      else response.end(JSON.stringify(answer));
    });
    expect(await inference.predict(Buffer.from("x"), "image/jpeg")).toMatchObject(answer);
    expect(requests).toBe(2);
  });

  it("ends the question when nobody waits for the answer any more", async () => {
    const gone = new AbortController();
    let closed = () => {};
    const questionEnded = new Promise<void>((resolve) => (closed = resolve));
    const inference = await listening(
      (request) => {
        request.on("close", closed);
        gone.abort();
      },
      { timeoutSeconds: 60 },
    );
    const answered = inference.predict(Buffer.from("x"), "image/jpeg", gone.signal);
    await expect(answered).rejects.toThrow(ClientGone);
    await questionEnded;
    // Nor is a question begun for one who is gone already.
    const late = inference.predict(Buffer.from("x"), "image/jpeg", gone.signal);
    await expect(late).rejects.toThrow(ClientGone);
  });

  describe("for embeddings", () => {
    const embedding = Buffer.from([0, 60]).toString("base64");
    const outcomes: string[] = [];
    beforeEach(() => void (outcomes.length = 0));

    /** An API that knows one token, and gives `given` for it. */
    const withToken = (internalToken: string | undefined, given: object) =>
      listening(
        ({ headers }, response) => {
          const token = headers["x-internal-token"];
          if (token === undefined) return void response.end(JSON.stringify(answer));
          if (token === "right") return void response.end(JSON.stringify({ ...answer, ...given }));
          const problem = { ...refusal, status: 401, code: "wrong-token" };
          response.writeHead(401).end(JSON.stringify(problem));
        },
        { internalToken, onEmbedding: (outcome) => void outcomes.push(outcome) },
      );

    it.each([
      ["given", "right", { embedding }],
      ["absent", "right", {}],
      ["invalid", "right", { embedding: "?" }],
      ["refused", "wrong", { embedding }],
    ])("tells that one was %s, and answers in any case", async (outcome, token, given) => {
      const inference = await withToken(token, given);
      const { prediction, embedding: bytes } = await inference.predict(
        Buffer.from("x"),
        "image/png",
      );
      expect(prediction).toBe("Egg");
      expect(bytes?.toString("base64")).toBe(outcome === "given" ? embedding : undefined);
      expect(outcomes).toEqual([outcome]);
    });

    it("asks for none without a token", async () => {
      const inference = await withToken(undefined, { embedding });
      expect((await inference.predict(Buffer.from("x"), "image/png")).embedding).toBeNull();
      expect(outcomes).toEqual([]);
    });
  });

  it("gives up on an API that is too slow, without asking again", async () => {
    let requests = 0;
    const inference = await listening(() => {
      requests += 1;
    });
    await expect(inference.predict(Buffer.from("x"), "image/jpeg")).rejects.toThrow(
      InferenceUnavailable,
    );
    expect(requests).toBe(1);
  });

  it("gives up on an API that isn't there", async () => {
    const inference = await listening(() => undefined);
    server?.close();
    await expect(inference.predict(Buffer.from("x"), "image/jpeg")).rejects.toThrow(
      InferenceUnavailable,
    );
  });

  it("remembers what the model says of itself while the API is away", async () => {
    const facts = {
      version: "0123456789ab",
      title: "Demonstration model",
      notice: "Often wrong.",
      classes: ["Bread", "Egg"],
    };
    const inference = await listening((_request, response) => {
      response.end(JSON.stringify(facts));
    });
    expect(await inference.model()).toEqual(facts);
    server?.closeAllConnections();
    server?.close();
    expect(await inference.model()).toEqual(facts);
  });

  it("knows no model where there is none", async () => {
    const inference = await listening((_request, response) => {
      response.writeHead(503).end(JSON.stringify({ ...refusal, status: 503 }));
    });
    expect(await inference.model()).toBeUndefined();
  });
});

function errorOf(given: Parameters<typeof interpret>[0]): unknown {
  try {
    return interpret(given);
  } catch (error) {
    return error;
  }
}
