// `npm run pulumi -- ARGS`: Pulumi itself, with this clone's toolchain, state and passphrase.
import type { Command } from "./command";
import { root } from "./paths";
import { attach } from "./processes";
import { providePulumi } from "./setup/machine";
import { pulumiEnvironment } from "./setup/stack";

export const pulumi: Command = {
  summary: "any Pulumi command, with this clone's toolchain and state",
  usage: "npm run pulumi -- ARGS    (as in: npm run pulumi -- preview)",
  async run(args) {
    await providePulumi();
    return attach("pulumi", args, { cwd: root, env: pulumiEnvironment() });
  },
};
