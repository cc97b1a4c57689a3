// The questions, over real HTTP.
import { setTimeout as sleep } from "node:timers/promises";
import { HealthServer } from "../testing/health-server";
import { createProbe } from "./probe";
import { Watch } from "./watch";

let gateway: HealthServer;
let watch: Watch;
beforeEach(async () => {
  gateway = await HealthServer.start();
});
afterEach(async () => {
  await watch.stop();
  await gateway.stop();
});

function look(names: string[], { timeoutSeconds = 5, startSeconds = 0 } = {}): void {
  const services = names.map((name) => ({ name, healthUrl: gateway.url(name) }));
  watch = new Watch(services, {
    probe: createProbe(timeoutSeconds),
    everySeconds: 0.02,
    patience: { misses: 2, startSeconds },
  });
  watch.start();
}
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}
const stateOf = (name: string) => watch.healthOf(name).state;

it("sees a service fall and rise", async () => {
  look(["frontend"]);
  await until(() => stateOf("frontend") === "healthy");
  gateway.behaviours["frontend"] = 503;
  await until(() => stateOf("frontend") === "unhealthy");
  expect(watch.healthOf("frontend").reason).toBe("doesn't answer or isn't ready (status 503)");
  gateway.behaviours["frontend"] = 404;
  const reason = () => watch.healthOf("frontend").reason;
  await until(() => reason() === "answers otherwise than expected (status 404)");
  gateway.behaviours["frontend"] = 204;
  await until(() => stateOf("frontend") === "healthy");
});

it("isn't held up by a service that hangs", async () => {
  gateway.behaviours["airflow"] = "hangs";
  look(["airflow", "frontend"], { timeoutSeconds: 0.5 });
  await until(() => (gateway.asked["frontend"] ?? 0) > 5);
  expect(gateway.asked["airflow"]).toBe(1);
  expect(stateOf("frontend")).toBe("healthy");
  await until(() => stateOf("airflow") === "unhealthy");
  expect(watch.healthOf("airflow").reason).toBe("no answer within 0.5 s");
});

it("says nothing of a service that can't be asked", async () => {
  gateway.behaviours["frontend"] = "breaks off";
  look(["frontend"]);
  await until(() => watch.healthOf("frontend").checkedAt !== undefined);
  expect(watch.healthOf("frontend")).toMatchObject({
    state: "unknown",
    reason: "out of the portal's reach (ECONNRESET)",
  });
});

it("tells of every question, and of what was known before", async () => {
  look([]);
  await watch.stop();
  const told: string[] = [];
  watch = new Watch([{ name: "frontend", healthUrl: gateway.url("frontend") }, { name: "other" }], {
    probe: createProbe(5),
    everySeconds: 0.01,
    patience: { misses: 2, startSeconds: 0 },
  });
  watch.onFinding((name, { outcome }, { before, after }) =>
    told.push(`${name} ${outcome}: ${before.state}, ${after.state}`),
  );
  expect(watch.names).toEqual(["frontend"]);
  watch.start();
  await until(() => told.length >= 2);
  expect(told.slice(0, 2)).toEqual([
    "frontend well: unknown, healthy",
    "frontend well: healthy, healthy",
  ]);
  expect(watch.healthOf("other").state).toBe("unknown");
});

it("knows whether what it knows is fresh", async () => {
  look(["frontend"]);
  await until(() => stateOf("frontend") === "healthy");
  const later = (seconds: number) => new Date(Date.now() + seconds * 1000);
  expect(watch.isAwake(later(0), 5)).toBe(true);
  expect(watch.isAwake(later(10), 5)).toBe(false);
});

it("looks again soon at what isn't settled, and only now and then at what is", async () => {
  gateway.behaviours["airflow"] = 503;
  const services = ["airflow", "frontend"].map((name) => ({ name, healthUrl: gateway.url(name) }));
  const patience = { misses: 2, startSeconds: 600 };
  watch = new Watch(services, { probe: createProbe(5), everySeconds: 600, patience });
  watch.start();
  await until(() => stateOf("airflow") === "starting" && stateOf("frontend") === "healthy");
  gateway.behaviours["airflow"] = 200;
  await until(() => stateOf("airflow") === "healthy");
  expect(gateway.asked["frontend"]).toBe(1);
});

it("ends at once, even with a question under way, and asks no more", async () => {
  gateway.behaviours["frontend"] = "hangs";
  look(["frontend"], { timeoutSeconds: 60 });
  await until(() => gateway.asked["frontend"] === 1);
  await watch.stop();
  await sleep(60);
  expect(gateway.asked["frontend"]).toBe(1);
  expect(stateOf("frontend")).toBe("unknown");
});
