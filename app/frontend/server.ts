// GourmetGram's process: reads its settings, puts the parts together, listens, and ends gracefully.
import { EnvironmentError } from "@feedback-loop/contract";
import { createPool } from "@feedback-loop/database";
import { proxiesOf } from "@feedback-loop/web";
import { createApp } from "./app";
import { databaseLog } from "./database-log";
import { type Environment, readSettings } from "./environment";
import { embeddingEvents, type Log, saverEvents } from "./events";
import { createInference } from "./inference-client";
import { createMetrics } from "./metrics";
import { Outbox } from "./saving/outbox";
import { createPhotoStore } from "./saving/photo-store";
import { Saver } from "./saving/saver";

async function main(): Promise<void> {
  const env = readSettings(process.env);
  const outbox = await Outbox.open(env.OUTBOX_DIR, env.OUTBOX_LIMIT_MIB * 2 ** 20);
  const metrics = createMetrics(outbox);
  // The other parts begin to talk once the app has made the log.
  const late: { log?: Log } = {};
  const logOf = () => late.log;
  const { pool, photos } = storesOf(env, logOf);
  const log = databaseLog(pool);
  const events = saverEvents(metrics, logOf);
  const saver = new Saver({ outbox, photos, log, events, retrySeconds: env.SAVE_RETRY_SECONDS });
  const inference = createInference({
    url: env.INFERENCE_URL,
    timeoutSeconds: env.INFERENCE_TIMEOUT_SECONDS,
    internalToken: env.INTERNAL_TOKEN,
    onEmbedding: embeddingEvents(metrics, logOf),
  });
  const { PHOTO_BUCKET: photoBucket, REVISION: revision } = env;
  const parts = { inference, outbox, saver, photos, log, metrics, photoBucket, revision };
  const app = await createApp(parts, appOptions(env));
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

function appOptions(env: Environment) {
  return {
    logger: { level: env.LOG_LEVEL },
    limits: { photoMiB: env.BODY_LIMIT_MIB, uploadMemoryMiB: env.UPLOAD_MEMORY_MIB },
    sessionSecret: env.SESSION_SECRET,
    uploadsPerMinute: {
      session: env.UPLOADS_PER_MINUTE_SESSION,
      address: env.UPLOADS_PER_MINUTE_ADDRESS,
    },
    trustedProxies: proxiesOf(env.TRUSTED_PROXIES),
  };
}

/** Both connect when first used, so that the service starts while they are down. */
function storesOf(env: Environment, log: () => Log | undefined) {
  const pool = createPool(
    {
      host: env.DATABASE_HOST,
      port: env.DATABASE_PORT,
      name: env.DATABASE_NAME,
      user: env.DATABASE_USER,
      password: env.DATABASE_PASSWORD,
    },
    {
      applicationName: "frontend",
      onIdleError: (error) => log()?.warn({ err: error }, "database connection lost"),
    },
  );
  const photos = createPhotoStore({
    endpoint: new URL(env.OBJECT_STORE_ENDPOINT),
    user: env.OBJECT_STORE_USER,
    password: env.OBJECT_STORE_PASSWORD,
    bucket: env.PHOTO_BUCKET,
  });
  return { pool, photos };
}

main().catch((error: unknown) => {
  console.error(error instanceof EnvironmentError ? error.message : error);
  process.exitCode = 1;
});
