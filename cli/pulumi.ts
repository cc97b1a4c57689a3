// `npm run pulumi -- ARGS`: Pulumi itself, with this clone's toolchain, state and passphrase.
import type { Command } from "./command";
import { logFolder, root } from "./paths";
import { attach } from "./processes";
import { isSetUp } from "./setup/findings";
import { pulumiSteps } from "./setup/machine";
import { pulumiEnvironment } from "./setup/stack";
import { runSteps } from "./setup/steps";

export const pulumi: Command = {
  summary: "any Pulumi command, with this clone's toolchain and state",
  usage: "npm run pulumi -- ARGS    (as in: npm run pulumi -- preview)",
  async run(args) {
    // What Pulumi prints may be read by another program.
    if (!isSetUp()) await runSteps(pulumiSteps, { logFolder, print: console.error });
    return attach("pulumi", args, { cwd: root, env: pulumiEnvironment() });
  },
};
