// `npm run model -- ARGS`: makes, trains and looks into model files (app/model).
import type { Command } from "./command";
import { logFolder } from "./paths";
import { attach } from "./processes";
import { pythonEnvironment, pythonProgram, pythonStep } from "./setup/python";
import { runSteps } from "./setup/steps";

export const model: Command = {
  summary: "makes, trains and looks into model files",
  usage: "npm run model -- COMMAND    (npm run model -- --help lists the commands)",
  async run(args) {
    // What the commands themselves print may be read by another program.
    if ((await pythonStep.done()) === undefined)
      await runSteps([pythonStep], { logFolder, print: console.error });
    const paths = { env: pythonEnvironment(), cwd: process.env["INIT_CWD"] ?? process.cwd() };
    return attach(pythonProgram("python"), ["-m", "model", ...args], paths);
  },
};
