// `npm run model -- ARGS`: makes, trains and looks into model files (app/model), and publishes them to a stack.
import type { Command } from "./command";
import { logFolder } from "./paths";
import { attach } from "./processes";
import { publishModel } from "./publish-model";
import { pythonEnvironment, pythonProgram, pythonStep } from "./setup/python";
import { runSteps } from "./setup/steps";

export const model: Command = {
  summary: "makes, trains, publishes and looks into model files",
  usage: "npm run model -- COMMAND    (npm run model -- --help lists the commands)",
  async run(args) {
    const [command, ...rest] = args;
    if (command === "publish") return publishModel(rest);
    // What the commands themselves print may be read by another program.
    if ((await pythonStep.done()) === undefined)
      await runSteps([pythonStep], { logFolder, print: console.error });
    const paths = { env: pythonEnvironment(), cwd: process.env["INIT_CWD"] ?? process.cwd() };
    return attach(pythonProgram("python"), ["-m", "model", ...args], paths);
  },
};
