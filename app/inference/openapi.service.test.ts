// The API as it describes itself, tried by schemathesis with some hundred requests: no server error, no
// answer that isn't described. "service" by its cost: it needs a program of Python's, and a minute.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import sharp from "sharp";
import { type ServerProcess, startServer } from "./testing/server-process";

const SEED = 20261124;
const EXAMPLES = 300;

let server: ServerProcess;
let pictures: string;
beforeAll(async () => {
  pictures = mkdtempSync(join(tmpdir(), "pictures-"));
  const tiny = sharp({ create: { width: 8, height: 8, channels: 3, background: "orange" } });
  for (const format of ["jpeg", "png", "webp"] as const) {
    writeFileSync(join(pictures, `tiny.${format}`), await tiny.clone().toFormat(format).toBuffer());
  }
  server = await startServer({ INTERNAL_TOKEN: "one that nobody guesses" });
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(pictures, { recursive: true });
});

it("is true, and nothing that it allows breaks the service", async () => {
  const { exitCode, output } = await schemathesis([
    "run",
    `${server.origin}/docs/json`,
    "--checks=all",
    `--seed=${SEED}`,
    `--max-examples=${EXAMPLES}`,
    "--continue-on-failure",
    "--no-color",
  ]);
  expect(output).toContain("6 selected / 6 total");
  // All that it found, and how to repeat it.
  expect(exitCode === 0 ? "" : output).toBe("");
  const failures = server.log.filter((line) => line.includes('"level":50'));
  expect(failures).toEqual([]);
}, 300_000);

/** Runs it with our hooks and settings; its path is what `npm test` puts into SCHEMATHESIS. */
async function schemathesis(args: readonly string[]) {
  const { SCHEMATHESIS } = process.env;
  if (SCHEMATHESIS === undefined) {
    throw new Error("set SCHEMATHESIS to the program's path; `npm test` installs it and does that");
  }
  const folder = join(__dirname, "testing");
  const child = spawn(SCHEMATHESIS, ["--config-file", join(folder, "schemathesis.toml"), ...args], {
    cwd: pictures, // for what it writes
    env: {
      ...process.env,
      PICTURES: pictures,
      PYTHONPATH: folder,
      PYTHONDONTWRITEBYTECODE: "1",
      SCHEMATHESIS_HOOKS: "schemathesis_hooks",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { output: await text(child.stdout), exitCode: await exited };
}
