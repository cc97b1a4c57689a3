// The portal's process: reads its settings, puts the parts together, listens, and ends gracefully.
import { EnvironmentError } from "@feedback-loop/contract";
import { proxiesOf } from "@feedback-loop/web";
import { createApp } from "./app";
import { readSettings } from "./environment";
import { createMetrics } from "./metrics";
import { createProbe } from "./probing/probe";
import { Watch } from "./probing/watch";

/** One bad answer may be a busy moment, two are not. */
const MISSES = 2;
/** Rounds that may be late before what is known counts as old. */
const LATE_ROUNDS = 3;

async function main(): Promise<void> {
  const env = readSettings(process.env);
  const everySeconds = env.PROBE_EVERY_SECONDS;
  const timeoutSeconds = env.PROBE_TIMEOUT_SECONDS;
  const watch = new Watch(env.services, {
    probe: createProbe(timeoutSeconds),
    everySeconds,
    patience: { misses: MISSES, startSeconds: env.START_SECONDS },
  });
  const parts = {
    services: env.services,
    watch,
    metrics: createMetrics(watch),
    freshSeconds: LATE_ROUNDS * Math.max(everySeconds, timeoutSeconds),
    revision: env.REVISION,
  };
  const app = createApp(parts, {
    logger: { level: env.LOG_LEVEL },
    trustedProxies: proxiesOf(env.TRUSTED_PROXIES),
  });
  watch.onFinding((service, _finding, { before, after }) => {
    if (before.state === after.state) return;
    app.log.info({ service, from: before.state, to: after.state, reason: after.reason }, "health");
  });
  watch.start();
  app.addHook("onClose", () => watch.stop());
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void app.close());
  await app.listen({ host: env.HOST, port: env.PORT });
}

main().catch((error: unknown) => {
  console.error(error instanceof EnvironmentError ? error.message : error);
  process.exitCode = 1;
});
