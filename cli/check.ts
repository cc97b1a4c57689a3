// `npm run check`: format, lint, types and unit tests of everything.
import { parseArgs } from "node:util";
import { checkParts, failures, runParts, total } from "./checks/parts";
import { closingLine } from "./checks/counts";
import type { Command } from "./command";
import { logFolder } from "./paths";
import { loopStep, modelStep, pythonStep } from "./setup/python";
import { runSteps } from "./setup/steps";

export const check: Command = {
  summary: "format, lint, types and unit tests",
  usage: "npm run check [-- --fix]\n\n      --fix           formats what isn't",
  async run(args) {
    const { values } = parseArgs({ args, options: { fix: { type: "boolean", default: false } } });
    await runSteps([pythonStep, loopStep, modelStep], { logFolder });
    const results = await runParts(checkParts(), { fix: values.fix, print: console.log });
    const failed = results.some((result) => result.failed);
    if (failed) console.log(failures(results));
    console.log(closingLine(total(results)));
    return failed ? 1 : 0;
  },
};
