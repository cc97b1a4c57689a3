// The whole portal over HTTP on a free port, beside a stand-in for the gateway.
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { type Answer, ask, asksForJson, type Question } from "../web/testing/http";
import { createApp } from "./app";
import { createMetrics } from "./metrics";
import { createProbe, type Probe } from "./probing/probe";
import { Watch } from "./probing/watch";
import { exampleServices } from "./testing/examples";
import { HealthServer } from "./testing/health-server";

let gateway: HealthServer;
let watch: Watch;
let probe: jest.MockedFunction<Probe>;
let app: FastifyInstance;
let base: string;

beforeEach(async () => {
  gateway = await HealthServer.start();
  const services = exampleServices.map((service) => ({
    ...service,
    healthUrl: gateway.url(service.name),
  }));
  const patience = { misses: 2, startSeconds: 0 };
  probe = jest.fn(createProbe(5));
  watch = new Watch(services, { probe, everySeconds: 0.02, patience });
  const metrics = createMetrics(watch);
  const parts = { services, watch, metrics, freshSeconds: 10, revision: "abc" };
  app = createApp(parts, { logger: false, trustedProxies: [] });
  watch.start();
  base = await app.listen({ host: "127.0.0.1", port: 0 });
  while (watch.names.some((name) => watch.healthOf(name).state === "unknown")) await sleep(5);
});
afterEach(async () => {
  await watch.stop();
  await app.close();
  await gateway.stop();
});

const get = (question: string | Question): Promise<Answer> =>
  ask(base, typeof question === "string" ? { url: question } : question);

describe("the portal", () => {
  it("shows what is running, and what fell meanwhile", async () => {
    expect((await get("/")).text).toContain("Everything is running.");
    gateway.behaviours["airflow"] = 503;
    while (watch.healthOf("airflow").state === "healthy") await sleep(5);
    const { text, headers } = await get("/");
    expect(text).toContain("Airflow is not available.");
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
    });
  });

  it.each(["/status.json", "/"])("tells programs at %s", async (url) => {
    const answer = await get({ url, headers: asksForJson });
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.json()).toMatchObject({
      services: exampleServices.map(({ name }) => ({ name, state: "healthy", reason: null })),
    });
  });

  it("asks nobody because somebody looks", async () => {
    await watch.stop();
    const questions = probe.mock.calls.length;
    await Promise.all(Array.from({ length: 20 }, () => get("/")));
    expect(probe.mock.calls).toHaveLength(questions);
  });

  it("has no page but one, and says so in both ways", async () => {
    const page = await get("/nowhere");
    expect(page.status).toBe(404);
    expect(page.text).toContain("See what is running");
    const json = await get({ url: "/", method: "POST", headers: asksForJson, payload: "x" });
    expect(json.json()).toMatchObject({ status: 404, code: "not-found" });
  });
});

it.each(["/", "/nowhere", "/static/portal.css", "/status.json", "/livez", "/%zz"])(
  "every answer has the strict headers, and tells nothing of the software: %s",
  async (url) => {
    const { headers } = await get(url);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toBe("same-origin");
    expect(headers).not.toHaveProperty("server");
    expect(headers).not.toHaveProperty("x-powered-by");
  },
);

it("every file that a page names is there", async () => {
  const files = [...(await get("/")).text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)];
  expect(files.length).toBeGreaterThan(3);
  for (const [, url] of files) expect((await get(url!)).status).toBe(200);
});

describe("for those who run it", () => {
  it("it is alive and has a version", async () => {
    expect((await get("/livez")).json()).toEqual({ alive: true });
    expect((await get("/version")).json()).toEqual({ service: "portal", revision: "abc" });
  });

  it("it is ready as long as what it says is fresh", async () => {
    expect((await get("/readyz")).status).toBe(200);
    await watch.stop();
    const freshFor = jest.spyOn(watch, "isAwake");
    freshFor.mockImplementation((now, seconds) =>
      Watch.prototype.isAwake.call(watch, new Date(now.getTime() + 11_000), seconds),
    );
    const answer = await get("/readyz");
    expect([answer.status, answer.json()]).toEqual([503, { ready: false }]);
  });

  it("it counts", async () => {
    const { text } = await get("/metrics");
    expect(text).toContain('portal_service_healthy{service="airflow"} 1');
    expect(text).toMatch(/^portal_probes_total\{service="airflow",outcome="well"\} [1-9]/m);
  });
});
