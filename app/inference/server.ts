// Starts the inference API: reads the environment, listens, follows the published model beside it,
// and on a signal answers what was accepted before it ends.
import { EnvironmentError, readEnvironment } from "@feedback-loop/contract";
import { buildApp } from "./app";
import { Classifier } from "./classifier/classifier";
import { InferenceEnvironment } from "./environment";
import { ModelCache } from "./model/model-cache";
import { objectModelStore } from "./model/model-store";
import { Serving } from "./model/serving";

/** For one object of the store; a model of 100 MB takes 8 s at 100 Mbit/s. */
const STORE_TIMEOUT_SECONDS = 30;

/** Less than the 30 s after which a stop is forced; a full queue of phone photos is answered in 3 s. */
const CLOSE_WITHIN_SECONDS = 20;

async function main(): Promise<void> {
  const settings = readEnvironment(InferenceEnvironment, process.env);
  const serving = servingFor(settings);
  const app = buildApp({
    serving,
    bodyLimitMiB: settings.BODY_LIMIT_MIB,
    bodiesMemoryMiB: settings.BODIES_MEMORY_MIB,
    requestTimeoutSeconds: settings.REQUEST_TIMEOUT_SECONDS,
    closeWithinSeconds: CLOSE_WITHIN_SECONDS,
    internalToken: settings.INTERNAL_TOKEN,
    revision: settings.REVISION,
    logger: { level: settings.LOG_LEVEL },
  });
  const following = serving.follow(app.log);

  async function stop(signal: NodeJS.Signals): Promise<void> {
    app.log.info({ signal }, "stopping: no new connections; what was accepted is answered");
    await app.close();
    await serving.close();
  }
  process.once("SIGTERM", (signal) => void stop(signal));
  process.once("SIGINT", (signal) => void stop(signal));

  try {
    await app.listen({ host: settings.HOST, port: settings.PORT });
  } catch (error) {
    await serving.close(); // or its workers would keep a process alive that nobody can reach
    throw error;
  }
  await following;
}

function servingFor(settings: InferenceEnvironment): Serving {
  const store = objectModelStore({
    endpoint: settings.OBJECT_STORE_ENDPOINT,
    user: settings.OBJECT_STORE_USER,
    password: settings.OBJECT_STORE_PASSWORD,
    bucket: settings.MODEL_BUCKET,
    timeoutSeconds: STORE_TIMEOUT_SECONDS,
  });
  return new Serving({
    source: {
      store,
      cache: new ModelCache(settings.MODEL_CACHE_DIR),
      aliasName: settings.MODEL_ALIAS,
    },
    startClassifier: (file, log) =>
      Classifier.start(file, {
        workers: settings.WORKERS,
        maxWaiting: settings.MAX_WAITING,
        onWorkerLost: (error) => log.error({ err: error }, "a worker died and is replaced"),
      }),
    retrySeconds: settings.MODEL_RETRY_SECONDS,
    pollSeconds: settings.MODEL_POLL_SECONDS,
  });
}

main().catch((error: unknown) => {
  // No logger yet, or none that can be trusted. The environment's problems need no stack.
  console.error(error instanceof EnvironmentError ? error.message : error);
  process.exitCode = 1;
});
