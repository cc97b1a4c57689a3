// Runs one Pulumi program with a recorder in place of the engine, in a process of its own: the program may be of another
// revision, with an SDK of its own. Takes a request as JSON on standard input, and leaves the rendering in a file, because the
// program may print whatever it likes.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type * as pulumi from "@pulumi/pulumi";
import { Recorder, type StructClass } from "./recorder";
import type { Shown } from "./wire-values";

export interface RenderRequest {
  /** Folder of the program. */
  program: string;
  project: string;
  stack: string;
  /** Settings by full key, as the engine hands them over. */
  config: Record<string, string>;
  shown: Shown;
  /** Where the rendering goes. */
  file: string;
}

/** The SDK has it for its own start of a program, and leaves it out of its types. */
type FeatureAware = typeof pulumi.runtime & { awaitFeatureSupport: () => Promise<void> };

async function render({ program, project, stack, config, shown, file }: RenderRequest) {
  // What the program itself would load.
  const load = createRequire(join(program, "index.ts"));
  const { runtime } = load("@pulumi/pulumi") as typeof pulumi;
  const loadOfSdk = createRequire(load.resolve("@pulumi/pulumi"));
  const { Struct } = loadOfSdk("google-protobuf/google/protobuf/struct_pb.js") as {
    Struct: StructClass;
  };
  const recorder = new Recorder({ project, stack, Struct, shown });
  runtime.setMockOptions(recorder, project, stack, true);
  await (runtime as FeatureAware).awaitFeatureSupport();
  runtime.setAllConfig(config, []);
  let isDone = false;
  // Only when nothing is under way any more, also nothing that nobody waits for.
  process.once("beforeExit", () => {
    if (!isDone) fail(new Error("the program waits for something that never comes"));
    writeFileSync(file, JSON.stringify(recorder.rendering()));
  });
  await runtime.runInPulumiStack(() => Promise.resolve(load(program) as object));
  await runtime.disconnect();
  isDone = true;
}

function fail(error: unknown): never {
  const isForPeople = error instanceof Error && "__pulumiRunError" in error;
  const message = error instanceof Error && !isForPeople ? error.stack : undefined;
  console.error(message ?? (error instanceof Error ? error.message : String(error)));
  process.exit(1);
}

process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
text(process.stdin)
  .then((input) => render(JSON.parse(input) as RenderRequest))
  .catch(fail);
