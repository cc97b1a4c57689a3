// The client of the object store against a small HTTP server that answers as S3 does.
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ModelUnavailable } from "./errors";
import { sha256Of } from "./model-file";
import { objectModelStore } from "./model-store";

const model = Buffer.from("a model");
const sha256 = sha256Of(model);
const alias = { sha256, version: "1", publishedAt: "2026-01-01T00:00:00Z" };

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** A store whose objects are given by key; `answer` replaces its ordinary behaviour. */
async function storeWith(objects: Record<string, string | Buffer>, answer?: RequestListener) {
  server = createServer((request, response) => {
    if (answer !== undefined) return answer(request, response);
    const object = objects[decodeURIComponent(request.url ?? "").replace("/models/", "")];
    if (object !== undefined) return void response.end(object);
    response.writeHead(404, { "content-type": "application/xml" });
    response.end("<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return objectModelStore({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    user: "inference",
    password: "hush",
    bucket: "models",
    timeoutSeconds: 0.3,
  });
}

describe("the model store", () => {
  it("gives an alias and its model", async () => {
    const store = await storeWith({
      "aliases/production": JSON.stringify(alias),
      [`${sha256}.onnx`]: model,
    });
    expect(await store.alias("production")).toEqual(alias);
    expect(await store.model(sha256)).toEqual(model);
  });

  it("says what isn't there", async () => {
    const missing = (await storeWith({})).alias("production");
    await expect(missing).rejects.toThrow(ModelUnavailable);
    await expect(missing).rejects.toThrow("models/aliases/production can't be read: NoSuchKey");
  });

  it.each(["not json", "[]", '{"sha256":"../../etc/passwd","version":"1","publishedAt":""}'])(
    "refuses the alias %s",
    async (text) => {
      const store = await storeWith({ "aliases/production": text });
      await expect(store.alias("production")).rejects.toThrow(ModelUnavailable);
    },
  );

  it("refuses a model with another hash than its name says", async () => {
    const store = await storeWith({ [`${sha256}.onnx`]: "another model" });
    await expect(store.model(sha256)).rejects.toThrow("has another hash than its name says");
  });

  it("doesn't wait for a store that hangs, before or within an answer", async () => {
    const silent = await storeWith({}, () => undefined);
    await expect(silent.alias("production")).rejects.toThrow("no answer within 0.3 s");
    server.closeAllConnections();
    server.close();
    const halting = await storeWith({}, (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
    });
    await expect(halting.alias("production")).rejects.toThrow("no answer within 0.3 s");
    server.closeAllConnections();
  });

  it("says that the store is down", async () => {
    const store = await storeWith({});
    await new Promise((resolve) => server.close(resolve));
    await expect(store.alias("production")).rejects.toThrow("can't be read: ECONNREFUSED");
  });
});
