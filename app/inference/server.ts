// Starts the inference API: reads the environment, listens, loads the model beside it, and on a
// signal answers what was accepted before it ends.
import { EnvironmentError, readEnvironment } from "@feedback-loop/contract";
import { buildApp } from "./app";
import { Classifier } from "./classifier/classifier";
import { InferenceEnvironment } from "./environment";
import { ModelCache } from "./model/model-cache";
import { objectModelStore } from "./model/model-store";
import { Serving } from "./model/serving";

/** For one object of the store; a model of 100 MB takes 8 s at 100 Mbit/s. */
const STORE_TIMEOUT_SECONDS = 30;

async function main(): Promise<void> {
  const settings = readEnvironment(InferenceEnvironment, process.env);
  const serving = servingFor(settings);
  const app = buildApp({
    serving,
    bodyLimitMiB: settings.BODY_LIMIT_MIB,
    bodiesMemoryMiB: settings.BODIES_MEMORY_MIB,
    revision: settings.REVISION,
    logger: { level: settings.LOG_LEVEL },
  });
  const loading = serving.load(app.log);

  async function stop(signal: NodeJS.Signals): Promise<void> {
    app.log.info({ signal }, "stopping: no new connections; what was accepted is answered");
    await app.close();
    await serving.close();
    await loading;
  }
  process.once("SIGTERM", (signal) => void stop(signal));
  process.once("SIGINT", (signal) => void stop(signal));

  await app.listen({ host: settings.HOST, port: settings.PORT });
  await loading;
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
  });
}

main().catch((error: unknown) => {
  // No logger yet, or none that can be trusted. The environment's problems need no stack.
  console.error(error instanceof EnvironmentError ? error.message : error);
  process.exitCode = 1;
});
