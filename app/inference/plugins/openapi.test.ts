// The documentation: that it names all there is, and comes from here alone.
import type { FastifyInstance } from "fastify";
import { buildApp } from "../app";
import type { Serving } from "../model/serving";

interface Operation {
  summary?: string;
  tags?: string[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { description: string; content: Record<string, object> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

let app: FastifyInstance;
beforeAll(() => {
  app = buildApp({
    serving: {} as Partial<Serving> as Serving,
    bodyLimitMiB: 10,
    bodiesMemoryMiB: 48,
    requestTimeoutSeconds: 60,
    closeWithinSeconds: 20,
    logger: false,
  });
});
afterAll(() => app.close());

const get = (url: string) => app.inject({ method: "GET", url });
const operations = async () =>
  Object.entries((await get("/docs/json")).json<Document>().paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );

describe("the document", () => {
  it("has every route, each with a summary, a tag and words for each of its answers", async () => {
    const described = await operations();
    const routes = described.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort();
    expect(routes).toEqual([
      "GET /livez",
      "GET /metrics",
      "GET /model",
      "GET /readyz",
      "GET /version",
      "POST /predict",
    ]);
    for (const { summary, tags, responses } of described) {
      expect(summary).toEqual(expect.stringMatching(/./));
      expect(tags).toHaveLength(1);
      for (const { description } of Object.values(responses)) {
        expect(description).not.toBe("Default Response");
      }
    }
  });

  it("has all bodies and answers of a prediction", async () => {
    const predict = (await operations()).find(({ path }) => path === "/predict");
    expect(Object.keys(predict?.requestBody?.content ?? {}).sort()).toEqual([
      "application/json",
      "image/jpeg",
      "image/png",
      "image/webp",
      "multipart/form-data",
    ]);
    const statuses = Object.keys(predict?.responses ?? {}).map(Number);
    expect(statuses).toEqual([200, 400, 401, 408, 413, 415, 422, 500, 503]);
  });
});

describe("the page", () => {
  it.each(["/docs", "/docs/"])(
    "%s names no file of another host, and may load none",
    async (url) => {
      const { statusCode, headers, body } = await get(url);
      expect(statusCode).toBe(200);
      expect(headers["content-security-policy"]).toContain(
        "default-src 'none'; script-src 'self';",
      );
      expect(body).not.toMatch(/https?:/);
    },
  );

  it("has its files", async () => {
    const { body } = await get("/docs/");
    const files = [...body.matchAll(/(?:src|href)="\.(\/[^"]+)"/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) expect((await get(`/docs${file}`)).statusCode).toBe(200);
  });

  it("has nothing beside them", async () => {
    for (const path of ["../package.json", "%2e%2e/package.json", "..%2fpackage.json"]) {
      expect((await get(`/docs/static/${path}`)).statusCode).toBe(404);
    }
  });
});
