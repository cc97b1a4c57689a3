// The service as a process: how it starts, and how it ends.
import { once } from "node:events";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import sharp from "sharp";
import { egg } from "./testing/pictures";
import { startServer } from "./testing/server-process";

describe("a stop", () => {
  it("answers all that was accepted, and ends well", async () => {
    const server = await startServer({ WORKERS: "1", BODIES_MEMORY_MIB: "1000" });
    const large = await sharp(egg()).resize(1500, 1500).png().toBuffer(); // takes a while
    const answers = Array.from({ length: 20 }, () =>
      fetch(`${server.origin}/predict`, {
        method: "POST",
        headers: { "content-type": "image/png" },
        body: large,
      }),
    );
    while ((await server.metric("inference_queue_depth")) < 5) await Promise.race(answers);
    const exitCode = server.stop();
    const statuses = (await Promise.allSettled(answers)).map((answer) =>
      answer.status === "fulfilled" ? answer.value.status : "not accepted",
    );
    // Those whose connection hadn't been taken are told so; nobody who was let in gets an error.
    for (const status of statuses) expect([200, "not accepted"]).toContain(status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(5);
    expect(await exitCode).toBe(0);
  }, 60_000);
});

describe("a start", () => {
  it("with wrong settings ends with all of them, and without a trace", async () => {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "server.ts"], {
      cwd: __dirname,
      env: { PATH: process.env.PATH, PORT: "eighty", REQUEST_TIMEOUT_SECONDS: "0" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const ended = once(child, "close");
    const said = await text(child.stderr);
    expect(await ended).toEqual([1, null]);
    for (const name of ["PORT", "REQUEST_TIMEOUT_SECONDS", "OBJECT_STORE_PASSWORD"]) {
      expect(said).toContain(`${name}: `);
    }
    expect(said).not.toMatch(/\n\s+at /);
  }, 60_000);
});
