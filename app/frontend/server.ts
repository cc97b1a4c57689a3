// GourmetGram's process: reads its settings, puts the parts together, listens, and ends gracefully.
import { EnvironmentError, readEnvironment } from "@feedback-loop/contract";
import { createPool, findPrediction, insertPrediction } from "@feedback-loop/database";
import type { Pool } from "pg";
import { createApp } from "./app";
import { Environment } from "./environment";
import { createInference } from "./inference-client";
import { createMetrics, type Metrics } from "./metrics";
import { Outbox } from "./saving/outbox";
import { createPhotoStore } from "./saving/photo-store";
import { Saver, type SaverEvents } from "./saving/saver";

async function main(): Promise<void> {
  const env = readEnvironment(Environment, process.env);
  const outbox = await Outbox.open(env.OUTBOX_DIR, env.OUTBOX_LIMIT_MIB * 2 ** 20);
  const metrics = createMetrics(outbox);
  // The pool and the saver begin to talk once the app has made the log.
  const late: { log?: Log } = {};
  const pool = createPool(databaseOf(env), {
    applicationName: "frontend",
    onIdleError: (error) => late.log?.warn({ err: error }, "database connection lost"),
  });
  const log = predictionLog(pool);
  const photos = createPhotoStore({
    endpoint: new URL(env.OBJECT_STORE_ENDPOINT),
    user: env.OBJECT_STORE_USER,
    password: env.OBJECT_STORE_PASSWORD,
    bucket: env.PHOTO_BUCKET,
  });
  const saver = new Saver({
    outbox,
    photos,
    log,
    retrySeconds: env.SAVE_RETRY_SECONDS,
    events: saverEvents(metrics, () => late.log),
  });
  const inference = createInference({
    url: env.INFERENCE_URL,
    timeoutSeconds: env.INFERENCE_TIMEOUT_SECONDS,
  });
  const app = await createApp(
    {
      inference,
      outbox,
      saver,
      photos,
      log,
      metrics,
      photoBucket: env.PHOTO_BUCKET,
      revision: env.REVISION,
    },
    {
      logLevel: env.LOG_LEVEL,
      limits: { photoMiB: env.BODY_LIMIT_MIB, uploadMemoryMiB: env.UPLOAD_MEMORY_MIB },
    },
  );
  late.log = app.log;
  saver.start();
  // In this order: answer what was accepted, finish the saves under way, then let go of the stores.
  app.addHook("onClose", async () => {
    await saver.stop();
    await pool.end();
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void app.close());
  await app.listen({ host: env.HOST, port: env.PORT });
}

interface Log {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

function databaseOf(env: Environment) {
  return {
    host: env.DATABASE_HOST,
    port: env.DATABASE_PORT,
    name: env.DATABASE_NAME,
    user: env.DATABASE_USER,
    password: env.DATABASE_PASSWORD,
  };
}

function predictionLog(pool: Pool) {
  return {
    insert: async (row: Parameters<typeof insertPrediction>[1]) => {
      await insertPrediction(pool, row);
    },
    find: (id: string) => findPrediction(pool, id),
    ping: async () => {
      await pool.query("SELECT 1");
    },
  };
}

/** Counts everything; logs the first failure of a series, since an outage makes as many as photos. */
function saverEvents(metrics: Metrics, log: () => Log | undefined): SaverEvents {
  let failing = false;
  return {
    saved(id) {
      metrics.saved.inc();
      if (failing) log()?.warn({ id }, "saving works again");
      failing = false;
    },
    failed(id, step, error) {
      metrics.saveFailures.inc({ step });
      if (!failing)
        log()?.warn({ id, step, err: error }, "photos stay in the outbox: saving fails");
      failing = true;
    },
    damaged(id, error) {
      metrics.damaged.inc();
      log()?.error({ id, err: error }, "outbox item is damaged; it is kept as <id>.damaged");
    },
  };
}

main().catch((error: unknown) => {
  console.error(error instanceof EnvironmentError ? error.message : error);
  process.exitCode = 1;
});
