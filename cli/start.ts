// `npm start`: sets up what is missing, deploys the stack, and says where everything is.
import type { Command } from "./command";
import { deployStep } from "./deploy/deploy";
import { refuseForeignStack } from "./deploy/ownership";
import { configInFiles } from "./deploy/stack-config";
import { engineOf } from "./deploy/stack-host";
import { stateIfKnown } from "./deploy/state";
import { logFolder } from "./paths";
import { machineSteps, remoteSteps } from "./setup/machine";
import { deploysHere, endpoints, stackStep } from "./setup/stack";
import { runSteps } from "./setup/steps";
import { parseStack, stackUsage } from "./stack-option";

export const start: Command = {
  summary:
    "sets up this machine and deploys the stack, to its Docker Engine or where the stack's target says",
  usage: `npm start [-- -s STACK]\n\n${stackUsage}`,
  async run(args) {
    const stack = parseStack(args);
    configInFiles(stack);
    await refuseEarly(stack);
    const machine = deploysHere(stack) ? machineSteps : remoteSteps;
    const steps = [...machine, stackStep(stack), deployStep(stack)];
    await runSteps(steps, { logFolder });
    await printEndpoints(stack);
    return 0;
  },
};

/** Before minutes of set-up, where engine and state can tell already. */
async function refuseEarly(stack: string): Promise<void> {
  const state = await stateIfKnown(stack);
  if (!state || (await engineOf(state).problem())) return;
  await refuseForeignStack(engineOf(state), stack, state);
}

async function printEndpoints(stack: string): Promise<void> {
  const { portal, ...others } = await endpoints(stack);
  const found = [...(portal ? [portal] : []), ...Object.values(others)];
  const width = Math.max(0, ...found.map(({ url }) => url.length));
  console.log("");
  for (const { url, summary } of found) console.log(`${url.padEnd(width)}  ${summary}`);
  const option = stack === "local" ? "" : ` -s ${stack}`;
  console.log(`
users and passwords:  npm run pulumi -- stack output credentials --show-secrets${option}
how it is doing:      npm run status${option && ` --${option}`}
away with it:         npm run destroy${option && ` --${option}`}`);
}
