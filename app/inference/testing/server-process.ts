// The service as a process of its own, started from source with the real model in its cache and an
// object store that isn't there: what callers meet, and what its memory does.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { ModelCache } from "../model/model-cache";
import { realModel } from "./material";

const FOLDER = resolve(__dirname, "..");

export interface ServerProcess {
  /** Such as http://127.0.0.1:40123. */
  readonly origin: string;
  readonly process: ChildProcess;
  /** Lines of its log so far. */
  readonly log: readonly string[];
  /** One metric without labels. */
  metric(name: string): Promise<number>;
  /** Ends it as Docker does; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Resolves when it is ready. `settings` are environment variables beside those that are needed. */
export async function startServer(settings: Record<string, string> = {}): Promise<ServerProcess> {
  const cache = await filledCache();
  const child = spawn(process.execPath, ["--require", "tsx/cjs", "server.ts"], {
    cwd: FOLDER,
    env: { ...process.env, ...NEEDED, MODEL_CACHE_DIR: cache, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit") as Promise<[number | null]>;
  void exited.then(() => rmSync(cache, { recursive: true, force: true }));
  const log: string[] = [];
  const origin = await Promise.race([addressIn(child, log), exited.then(endedEarly(log))]);
  await ready(origin, child);

  return {
    origin,
    process: child,
    log,
    async metric(name) {
      const lines = (await (await fetch(`${origin}/metrics`)).text()).split("\n");
      const line = lines.find((text) => text.startsWith(`${name} `));
      if (line === undefined) throw new Error(`there is no metric ${name}`);
      return Number(line.split(" ")[1]);
    },
    async stop() {
      child.kill("SIGTERM");
      return (await exited)[0];
    },
  };
}

const NEEDED = {
  HOST: "127.0.0.1",
  PORT: "0",
  LOG_LEVEL: "info",
  MODEL_ALIAS: "production",
  OBJECT_STORE_ENDPOINT: "http://127.0.0.1:9", // "discard": nothing listens there
  OBJECT_STORE_USER: "inference",
  OBJECT_STORE_PASSWORD: "not used",
};

/** A folder as a service leaves it that has taken the model. */
async function filledCache(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "inference-cache-"));
  const { path, sha256, description } = realModel();
  const cache = new ModelCache(folder);
  const publishedAt = new Date().toISOString();
  await cache.keepModel(sha256, readFileSync(path));
  await cache.keepTaken("production", { sha256, version: description.version, publishedAt });
  return folder;
}

/** Where it listens, as fastify's own line in the log says; collects the log on the way. */
function addressIn({ stdout }: ChildProcess, log: string[]): Promise<string> {
  if (stdout === null) throw new Error("the process was started without a pipe for its log");
  return new Promise((found) => {
    createInterface({ input: stdout }).on("line", (line) => {
      log.push(line);
      const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (origin !== undefined && line.includes("Server listening at")) found(origin);
    });
  });
}

function endedEarly(log: string[]): () => never {
  return () => {
    throw new Error(`the server ended before it listened:\n${log.join("\n")}`);
  };
}

async function ready(origin: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    if ((await fetch(`${origin}/readyz`)).ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the server ended before it was ready");
}
