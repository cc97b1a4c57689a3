// `npm run model -- publish FILE.onnx`: puts a model into a running stack as the one in production, and
// says when it answers, or why it doesn't.
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import { type ModelDescription, describeModel } from "../app/inference/model/description";
import { ModelRefused } from "../app/inference/model/errors";
import { sha256Of } from "../app/inference/model/model-file";
import { readConfig } from "../infra/config";
import { jobScript } from "../infra/runtime/container-args";
import { internalUrl } from "../infra/runtime/environment";
import { engineName } from "../infra/runtime/naming";
import { catalogue } from "../infra/services/catalogue";
import type { EnvValue } from "../infra/services/service-spec";
import { publishModel as publishModelJob } from "../infra/services/publish-model";
import { CommandError, UsageError } from "./command";
import { engineOf } from "./deploy/stack-host";
import { type StackState, stateOf } from "./deploy/state";
import { type ContainerState, type Engine, reachable } from "./engine";
import { type Said, waitForModel } from "./model-in-service";
import { root } from "./paths";
import { succeed } from "./processes";
import { checkStackName, pulumi } from "./setup/stack";
import { stackOption, stackUsage } from "./stack-option";

const publishUsage = `usage: npm run model -- publish FILE.onnx [-s STACK]

Puts a model into a running stack, as the one in production, and waits until it answers. The one
before answers until then, and goes on if the new one is refused.

${stackUsage}`;

const modelInContainer = "/tmp/model.onnx";
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
  const { version } = usable(path);
  const state = await stateOf(stack);
  const engine = await reachable(engineOf(state));
  const inference = await inferenceContainer(engine, stack, state);
  const copy = readableCopy(path);
  try {
    console.log((await runJob(stack, { file: copy, version })).trim());
    const sha256 = sha256Of(readFileSync(copy));
    await waitForModel({ ask: () => asked(engine, inference), sha256, say: console.log });
  } finally {
    rmSync(join(copy, ".."), { recursive: true });
  }
  console.log(`model ${version} answers in stack ${stack}`);
  return 0;
}

/** What the file says of itself, if the inference API and the frontend can work with it. */
function usable(path: string): ModelDescription {
  const description = described(path);
  if (JSON.stringify(description.classes) === JSON.stringify(FOOD_CLASSES)) return description;
  throw new CommandError(
    `${path} has the classes ${description.classes.join(", ")}; the loop is about ${FOOD_CLASSES.join(", ")}`,
  );
}

function described(path: string): ModelDescription {
  try {
    return describeModel(readFileSync(path));
  } catch (error) {
    if (error instanceof ModelRefused) throw new CommandError(`${path}: ${error.message}`);
    throw new CommandError(`${path} can't be read: ${(error as Error).message}`);
  }
}

/** The job is another user than the one who owns the file. */
function readableCopy(path: string): string {
  const copy = join(mkdtempSync(join(tmpdir(), "feedback-loop-model-")), "model.onnx");
  copyFileSync(path, copy);
  chmodSync(copy, 0o644);
  return copy;
}

async function runJob(stack: string, { file, version }: { file: string; version: string }) {
  const output = async (name: string) =>
    JSON.parse(
      await pulumi(["stack", "output", name, "--json", "--show-secrets", "--stack", stack]),
    ) as unknown;
  const images = (await output("images")) as Record<string, string>;
  const credentials = (await output("credentials")) as Credentials;
  const job = publishModelJob();
  const { owner = root } = await stateOf(stack);
  const naming = { prefix: `feedback-loop-${stack}`, stack, owner };
  const command = ["python", "-m", "publish", "--model", modelInContainer];
  const script = jobScript(
    { ...job, tmpfs: {}, command: [...command, "--version", version, "--replace"] },
    {
      naming,
      imageId: images[job.image]!,
      networks: job.networks.map((network) => engineName(naming, network)),
      files: [{ from: file, to: modelInContainer }],
    },
  );
  const input = Object.entries(job.env).map(
    ([name, value]) => `${name}=${resolved(value, credentials)}\n`,
  );
  return succeed("sh", ["-c", script], { input: input.join("") });
}

function resolved(value: EnvValue, credentials: Credentials): string | number {
  if (typeof value !== "object") return value;
  if ("url" in value) return internalUrl(value.url, catalogue(readConfig({})));
  const [name = "", field = ""] = value.secret.split(".");
  return credentials[name]![field as "user" | "password"];
}

async function inferenceContainer(
  engine: Engine,
  stack: string,
  { ids }: StackState,
): Promise<ContainerState> {
  const containers = await engine.containers({ stack });
  const inference = containers.find(({ id, service }) => service === "inference" && ids.has(id));
  if (!inference) throw new CommandError(`no inference API of stack "${stack}" runs here`);
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
