// What those who run the service ask of it.
import { rm } from "node:fs/promises";
import { picture, RunningApp } from "../testing/running-app";

let app: RunningApp;
beforeEach(async () => {
  app = await RunningApp.start();
});
afterEach(() => app.stop());

it("it is alive and has a version", async () => {
  expect((await app.ask("/livez")).json()).toEqual({ alive: true });
  expect((await app.ask("/version")).json()).toEqual({ service: "frontend", revision: "abc" });
});

describe("it is ready", () => {
  it("as long as it can keep photos, and tells how the stores are", async () => {
    app.stores.areDown = true;
    const response = await app.ask("/readyz");
    expect(response.status).toBe(200);
    expect(response.json()).toMatchObject({
      ready: true,
      outbox: { writable: true, depth: 0 },
      stores: { objectStore: "down", database: "down" },
      modelVersion: "v1",
    });
  });

  it("not without its outbox", async () => {
    await rm(app.folder, { recursive: true });
    const response = await app.ask("/readyz");
    expect(response.status).toBe(503);
    expect(response.json()).toMatchObject({ ready: false });
  });
});

it("it counts uploads by outcome, and what waits", async () => {
  app.stores.areDown = true;
  await app.upload(await picture("jpeg"));
  await app.upload("text");
  const { text } = await app.ask("/metrics");
  for (const line of [
    'frontend_uploads_total{outcome="accepted"} 1',
    'frontend_uploads_total{outcome="unsupported-photo"} 1',
    "frontend_outbox_items 1",
    "frontend_outbox_feedback_items 0",
  ]) {
    expect(text).toContain(line);
  }
  expect(Number(/^frontend_outbox_oldest_age_seconds (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
});
