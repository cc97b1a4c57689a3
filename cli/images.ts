// `npm run images`: our own images of a stack whose machine pulls them, and whether its registry has what this clone would
// build; `push` brings it what it lacks.
import { parseArgs } from "node:util";
import type { Config } from "../infra/config";
import { dockerHub, type OwnImageName } from "../infra/images";
import { imageContent, ownImagesOf, registryImageName } from "../infra/runtime/own-images";
import { catalogue } from "../infra/services/catalogue";
import { type Command, CommandError, UsageError } from "./command";
import { needStack } from "./deploy/known-state";
import { configOf } from "./deploy/stack-config";
import { Engine } from "./engine";
import { buildImage } from "./images/build";
import { type Answer, ask, registryProblem } from "./images/registry";
import { logFolder, root } from "./paths";
import { ProgramFailed } from "./processes";
import { finding } from "./setup/findings";
import { machineSteps } from "./setup/machine";
import { checkStackName } from "./setup/stack";
import { type Step, type StepLog, runSteps } from "./setup/steps";
import { stackOption, stackUsage } from "./stack-option";
import { table } from "./status";

export const images: Command = {
  summary:
    "the project's own images, and which of them the stack's registry has; push brings it the rest",
  usage: `npm run images [-- push] [-s STACK]

${stackUsage}

push builds what the registry (setting imageRegistry) lacks on this machine's Docker Engine and pushes it; log in with
docker login where the registry wants that.`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      options: stackOption,
      allowPositionals: true,
    });
    const [verb, ...more] = positionals;
    if ((verb !== undefined && verb !== "push") || more.length > 0)
      throw new UsageError(images.usage);
    const stack = checkStackName(values.stack);
    await needStack(stack);
    const config = await configOf(stack);
    if (verb === undefined) console.log(await list(config));
    else await push(stack, config);
    return 0;
  },
};

async function list(config: Config): Promise<string> {
  const { imageRegistry } = config;
  const names = ownImagesOf(catalogue(config));
  const answers = await Promise.all(
    (imageRegistry === "" ? [] : names).map((image) =>
      ask(registryImageName(root, imageRegistry, image)),
    ),
  );
  const rows = names.map((image, at) => [
    image,
    imageContent(root, image).slice(0, contentLength),
    registryColumn(answers[at]),
  ]);
  const heading = ["IMAGE", "CONTENT", imageRegistry || "REGISTRY"];
  const problems = answers.flatMap((answer) => (answer.kind === "problem" ? [answer.words] : []));
  return [table([heading, ...rows]), ...new Set(problems), ...note(imageRegistry)].join("\n");
}

/** As much of the hash as is in the names. */
const contentLength = 16;

const registryColumn = (answer: Answer | undefined): string =>
  answer === undefined ? "-" : answer.kind === "problem" ? "unknown" : answer.kind;

const note = (imageRegistry: string): string[] =>
  imageRegistry === ""
    ? ["No imageRegistry is set: the machine that runs the stack builds them."]
    : [];

async function push(stack: string, config: Config): Promise<void> {
  const { imageRegistry } = config;
  if (imageRegistry === "")
    throw new CommandError(
      `the stack "${stack}" has no registry for the project's own images; name one: npm run pulumi -- config set imageRegistry HOST[:PORT][/PATH] -s ${stack}`,
    );
  const pushes = ownImagesOf(catalogue(config)).map((image) => pushStep(image, config));
  await runSteps([...machineSteps, ...pushes], { logFolder });
}

function pushStep(image: OwnImageName, config: Config): Step {
  const name = registryImageName(root, config.imageRegistry, image);
  return {
    name: `image ${image}`,
    needs: ["images"],
    heavy: true,
    async done() {
      const answer = await ask(name);
      if (answer.kind === "problem") throw new CommandError(answer.words);
      return answer.kind === "there" ? name : undefined;
    },
    async run(log) {
      await buildAndPush(image, { name, registryMirror: mirrorHere(config), log });
      return `pushed ${name}`;
    },
  };
}

/** A mirror that serves the stack's machine; without one, what set-up found for this one. */
const mirrorHere = ({ registryMirror }: Config): string =>
  registryMirror === dockerHub ? (finding("images")?.registryMirror ?? dockerHub) : registryMirror;

interface Wanted {
  name: string;
  registryMirror: string;
  log: StepLog;
}

/** No label of a stack: in a registry an image is everybody's. On this machine nothing stays but the builder's cache. */
async function buildAndPush(image: OwnImageName, { name, registryMirror, log }: Wanted) {
  const wasThere = await new Engine().hasImage(name);
  log.say(`building ${name}`);
  await buildImage(image, { name, registryMirror, onLine: log.write });
  log.say("pushing it");
  try {
    await log.run("docker", ["push", name]).catch((error: unknown) => {
      if (!(error instanceof ProgramFailed)) throw error;
      throw new CommandError(registryProblem(name, error.result.stderr));
    });
  } finally {
    if (!wasThere) await log.run("docker", ["image", "rm", "--force", name]);
  }
}
