// `npm run model -- publish FILE.onnx`: puts a model into a running stack as the one in production, and
// says when it answers, or why it doesn't.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import { type ModelDescription, describeModel } from "../app/inference/model/description";
import { ModelRefused } from "../app/inference/model/errors";
import { sha256Of } from "../app/inference/model/model-file";
import type { Config } from "../infra/config";
import { jobScript } from "../infra/runtime/container-args";
import { internalUrl } from "../infra/runtime/environment";
import { engineName } from "../infra/runtime/naming";
import { catalogue } from "../infra/services/catalogue";
import { type Reference, textOf } from "../infra/services/env-value";
import { publishModel as publishModelJob } from "../infra/services/publish-model";
import { CommandError, UsageError } from "./command";
import { knownState } from "./deploy/known-state";
import { configOf } from "./deploy/stack-config";
import { engineOf, placeOf } from "./deploy/stack-host";
import { type StackState, outputsOf } from "./deploy/state";
import { type ContainerState, type Engine, reachable } from "./engine";
import { type Said, waitForModel } from "./model-in-service";
import { root } from "./paths";
import { checkStackName, pulumi } from "./setup/stack";
import { stackOption, stackUsage } from "./stack-option";

const publishUsage = `usage: npm run model -- publish FILE.onnx [-s STACK]

Puts a model into a running stack, as the one in production, and waits until it answers. The one
before answers until then, and goes on if the new one is refused.

${stackUsage}`;

const modelInContainer = "/tmp/model.onnx";
const receiveAndPublish =
  'cat >"$0" && exec python -m publish --model "$0" --version "$1" --replace';
type Credentials = Record<string, { user: string; password: string }>;

export async function publishModel(args: string[]): Promise<number> {
  const options = {
    ...stackOption,
    help: { type: "boolean", short: "h", default: false },
  } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (values.help) {
    console.log(publishUsage);
    return 0;
  }
  const [file, ...others] = positionals;
  if (!file || others.length > 0) throw new UsageError(publishUsage);
  const stack = checkStackName(values.stack);
  const path = resolve(process.env["INIT_CWD"] ?? process.cwd(), file);
  const content = contentOf(path);
  const { version } = usable(path, content);
  const state = await knownState(stack);
  const engine = await reachable(engineOf(state));
  const inference = await inferenceContainer(engine, stack, state);
  console.log((await runJob(engine, { stack, state, content, version })).trim());
  const sha256 = sha256Of(content);
  await waitForModel({ ask: () => asked(engine, inference), sha256, say: console.log });
  console.log(`model ${version} answers in stack ${stack}`);
  return 0;
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CommandError(`${path} can't be read: ${(error as Error).message}`);
  }
}

/** What the file says of itself, if the inference API and the frontend can work with it. */
function usable(path: string, content: Buffer): ModelDescription {
  const description = described(path, content);
  if (JSON.stringify(description.classes) === JSON.stringify(FOOD_CLASSES)) return description;
  throw new CommandError(
    `${path} has the classes ${description.classes.join(", ")}; the loop is about ${FOOD_CLASSES.join(", ")}`,
  );
}

function described(path: string, content: Buffer): ModelDescription {
  try {
    return describeModel(content);
  } catch (error) {
    if (error instanceof ModelRefused) throw new CommandError(`${path}: ${error.message}`);
    throw error;
  }
}

interface Publication {
  stack: string;
  state: StackState;
  content: Buffer;
  version: string;
}

/** The stack's own job, with another model than the one in its image: it comes after the environment, by the same way. */
async function runJob(engine: Engine, { stack, state, content, version }: Publication) {
  const args = ["stack", "output", "credentials", "--json", "--show-secrets", "--stack", stack];
  const credentials = JSON.parse(await pulumi(args)) as Credentials;
  const config = await configOf(stack);
  const images = outputsOf(state)["images"] as Record<string, string>;
  const job = publishModelJob();
  const naming = { prefix: `feedback-loop-${stack}`, stack, owner: state.owner ?? root };
  const script = jobScript(
    { ...job, tmpfs: {}, command: ["sh", "-c", receiveAndPublish, modelInContainer, version] },
    {
      naming,
      imageId: images[job.image]!,
      networks: job.networks.map((network) => engineName(naming, network)),
      cgroupParent: config.cgroupParent,
      takesInput: true,
    },
  );
  const environment = Object.entries(job.env).map(
    ([name, value]) =>
      `${name}=${textOf(value, (reference) => resolved(reference, credentials, config))}\n`,
  );
  const input = Buffer.concat([Buffer.from(`${environment.join("")}\n`), content]);
  return engine.script(job.name, script, input);
}

function resolved(reference: Reference, credentials: Credentials, config: Config): string {
  if ("url" in reference) return internalUrl(reference.url, catalogue(config));
  if (!("secret" in reference)) throw new Error("the job refers to nothing that people reach");
  const [name = "", field = ""] = reference.secret.split(".");
  return credentials[name]![field as "user" | "password"];
}

async function inferenceContainer(
  engine: Engine,
  stack: string,
  state: StackState,
): Promise<ContainerState> {
  const containers = await engine.containers({ stack });
  const inference = containers.find(
    ({ id, service }) => service === "inference" && state.ids.has(id),
  );
  if (!inference)
    throw new CommandError(`no inference API of stack "${stack}" is on ${placeOf(state)}`);
  return inference;
}

/** Run in the container, for its port needn't be open outside: prints a `Said` in one line. */
const question = `
const get = (path) =>
  fetch("http://127.0.0.1:" + process.env.PORT + path, { signal: AbortSignal.timeout(4000) })
    .then(async (answer) => ({ ok: answer.ok, body: await answer.json() }));
Promise.all([get("/model"), get("/readyz")]).then(([model, ready]) =>
  console.log(JSON.stringify({
    model: model.ok ? model.body : undefined,
    refused: ready.body.refused,
    message: ready.body.message,
  })),
);`;

async function asked(engine: Engine, container: ContainerState): Promise<Said | undefined> {
  const answer = await engine.runInside(container, ["node", "-e", question]);
  return answer === undefined ? undefined : (JSON.parse(answer) as Said);
}
