// Who is compared, each as a process of its own with the same number of workers and the same model.
// Everything listens on loopback, and ends with this process.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "esbuild";
import { sha256Of } from "../../app/inference/model/model-file";
import { type Throughput, closedLoop } from "./load";
import type { BenchPhoto } from "./photos";
import { BARE_LOOP, FASTAPI, OURS } from "./report";

export interface Competitor {
  readonly name: string;
  readonly process: ChildProcess;
  /** Where it answers POST /predict; the bare loop has none. */
  readonly url?: string;
  /** As many photos as it can in so many seconds. */
  readonly saturate: (photo: BenchPhoto, seconds: number) => Promise<Throughput>;
}

export interface Settings {
  readonly model: string;
  readonly workers: number;
  readonly connections: number;
  /** The `python` that has FastAPI and onnxruntime. */
  readonly python: string;
  /** For bundles, the model cache and logs. Within the clone: the bundles find node_modules from there. */
  readonly folder: string;
}

const root = resolve(__dirname, "..", "..");
const inference = join(root, "app", "inference");

/** The settings that app/inference/Dockerfile gives every process. */
const asInTheImage = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "131072",
  ORT_DISABLE_TELEMETRY: "1",
};

/** As app/inference/Dockerfile does, so that what runs here is what runs in the image. */
async function bundle(folder: string): Promise<void> {
  await build({
    entryPoints: [
      join(inference, "server.ts"),
      join(inference, "classifier", "worker.ts"),
      join(__dirname, "bare-loop.ts"),
      join(__dirname, "bare-worker.ts"),
    ],
    outdir: folder,
    entryNames: "[name]",
    bundle: true,
    platform: "node",
    target: "node20",
    external: ["onnxruntime-node", "sharp", "piscina"],
    logLevel: "error",
  });
}

/** All of them, ready to answer. */
export async function startCompetitors(settings: Settings): Promise<Competitor[]> {
  await bundle(settings.folder);
  const servers = await Promise.all([startOurs(settings), startFastApi(settings)]);
  return [...servers, startBareLoop(settings)];
}

async function startOurs({ model, workers, connections, folder }: Settings): Promise<Competitor> {
  const port = await freePort();
  const env = {
    NODE_ENV: "production",
    ...asInTheImage,
    HOST: "127.0.0.1",
    PORT: String(port),
    WORKERS: String(workers),
    MODEL_CACHE_DIR: cacheWith(model, join(folder, "cache")),
    // No store: the model is in the cache, as at a start during an outage.
    OBJECT_STORE_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    OBJECT_STORE_USER: "nobody",
    OBJECT_STORE_PASSWORD: "unused",
    MODEL_POLL_SECONDS: "3600",
    // The other server takes what comes; nor shall this one turn a photo away.
    BODIES_MEMORY_MIB: "512",
  };
  const child = start(process.execPath, [join(folder, "server.js")], { env, folder, log: "ours" });
  return httpCompetitor(OURS, { child, port, connections });
}

async function startFastApi(settings: Settings): Promise<Competitor> {
  const { model, workers, connections, python, folder } = settings;
  const port = await freePort();
  const args = ["-m", "uvicorn", "fastapi_server:app", "--app-dir", __dirname, "--port", `${port}`];
  const env = { MODEL: model, WORKERS: String(workers), PYTHONDONTWRITEBYTECODE: "1" };
  const child = start(python, args, { env, folder, log: "fastapi" });
  return httpCompetitor(FASTAPI, { child, port, connections });
}

function startBareLoop({ model, workers, folder }: Settings): Competitor {
  const env = {
    MODEL: model,
    WORKERS: String(workers),
    ...asInTheImage,
  };
  const args = [join(folder, "bare-loop.js")];
  const child = start(process.execPath, args, { env, folder, log: "bare-loop" });
  return {
    name: BARE_LOOP,
    process: child,
    saturate: async ({ file }, seconds) => {
      const started = performance.now();
      child.send({ photoFile: file, seconds });
      const [{ requests }] = (await once(child, "message")) as [{ requests: number }];
      return { requests, perSecond: (requests * 1000) / (performance.now() - started) };
    },
  };
}

async function httpCompetitor(
  name: string,
  { child, port, connections }: { child: ChildProcess; port: number; connections: number },
): Promise<Competitor> {
  const origin = `http://127.0.0.1:${port}`;
  await ready(name, { child, url: `${origin}/readyz` });
  const url = `${origin}/predict`;
  return {
    name,
    process: child,
    url,
    saturate: (photo, seconds) => closedLoop({ url, photo, seconds }, connections),
  };
}

const startTimeoutSeconds = 60;

async function ready(name: string, { child, url }: { child: ChildProcess; url: string }) {
  const deadline = Date.now() + startTimeoutSeconds * 1000;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`${name} isn't ready in ${startTimeoutSeconds} s`);
    await delay(100);
  }
}

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

/** A model cache as the service leaves it when it has taken this model. */
function cacheWith(model: string, folder: string): string {
  const sha256 = sha256Of(readFileSync(model));
  const alias = join(folder, "aliases", "production");
  mkdirSync(dirname(alias), { recursive: true });
  copyFileSync(model, join(folder, `${sha256}.onnx`));
  writeFileSync(alias, JSON.stringify({ sha256, version: "bench", publishedAt: "" }));
  return folder;
}

interface StartOptions {
  readonly env: Record<string, string>;
  readonly folder: string;
  /** Name of its log: each writes a line a request, as it does in service. */
  readonly log: string;
}

function start(program: string, args: readonly string[], { env, folder, log }: StartOptions) {
  const file = openSync(join(folder, `${log}.log`), "w");
  const child = spawn(program, args, {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", file, file, "ipc"],
  });
  process.on("exit", () => child.kill("SIGKILL"));
  return child;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
