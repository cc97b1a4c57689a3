// The client of the object store against a small HTTP server that answers as S3 does.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { ModelUnavailable } from "./errors";
import { sha256Of } from "./model-file";
import { HttpStore } from "./testing/http-store";

const model = Buffer.from("a model");
const sha256 = sha256Of(model);
const alias = { sha256, version: "1", publishedAt: "2026-01-01T00:00:00Z" };
const { signal } = new AbortController();

let server: HttpStore;
beforeEach(async () => {
  server = new HttpStore();
  await server.start();
});
afterEach(() => server.stop());

const ofAlias = async () => server.client(0.3).alias("production", signal);

describe("the model store", () => {
  it("gives an alias and its model", async () => {
    server.objects.set("aliases/production", JSON.stringify(alias));
    server.objects.set(`${sha256}.onnx`, model);
    expect(await ofAlias()).toEqual(alias);
    let downloaded: Buffer | undefined;
    const take = async (bytes: AsyncIterable<Uint8Array>) =>
      void (downloaded = await buffer(Readable.from(bytes)));
    await server.client().model(sha256, { signal, take });
    expect(downloaded).toEqual(model);
  });

  it("says what isn't there", async () => {
    await expect(ofAlias()).rejects.toThrow(ModelUnavailable);
    await expect(ofAlias()).rejects.toThrow("models/aliases/production can't be read: NoSuchKey");
  });

  it.each(["not json", "[]", '{"sha256":"../../etc/passwd","version":"1","publishedAt":""}'])(
    "refuses the alias %s",
    async (text) => {
      server.objects.set("aliases/production", text);
      await expect(ofAlias()).rejects.toThrow(ModelUnavailable);
    },
  );

  it("passes on why nobody takes a model", async () => {
    server.objects.set(`${sha256}.onnx`, model);
    const take = () => Promise.reject(new ModelUnavailable("it has another hash"));
    const downloading = server.client().model(sha256, { signal, take });
    await expect(downloading).rejects.toThrow(/^it has another hash$/);
  });

  it("doesn't wait for a store that hangs, before or within an answer", async () => {
    server.answer = () => undefined;
    await expect(ofAlias()).rejects.toThrow("no answer within 0.3 s");
    server.answer = (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
    };
    await expect(ofAlias()).rejects.toThrow("no answer within 0.3 s");
  });

  it("refuses half an answer", async () => {
    server.answer = (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    };
    await expect(ofAlias()).rejects.toThrow(ModelUnavailable);
  });

  it("lets go of the store at once when it is told to", async () => {
    const asked = new Promise<void>((resolve) => (server.answer = () => resolve()));
    const stop = new AbortController();
    const asking = server.client(60).alias("production", stop.signal);
    await asked;
    expect(await server.connections()).toBe(1);
    stop.abort();
    await expect(asking).rejects.toThrow(ModelUnavailable);
    while ((await server.connections()) > 0) await new Promise((go) => setTimeout(go, 5));
  });

  it("asks for nothing once it was told to stop", async () => {
    const asking = server.client().alias("production", AbortSignal.abort());
    await expect(asking).rejects.toThrow(ModelUnavailable);
    expect(server.asked).toEqual([]);
  });

  it("says that the store is down", async () => {
    const client = server.client();
    await server.stop();
    await expect(client.alias("production", signal)).rejects.toThrow("can't be read: ECONNREFUSED");
  });
});
