// `npm start`: sets up what is missing, deploys the stack, and says where everything is.
import type { Command } from "./command";
import { deployStep } from "./deploy/deploy";
import { refuseForeignStack } from "./deploy/ownership";
import { Engine } from "./engine";
import { logFolder } from "./paths";
import { machineSteps } from "./setup/machine";
import { endpoints, stackStep } from "./setup/stack";
import { runSteps } from "./setup/steps";
import { parseStack, stackUsage } from "./stack-option";

export const start: Command = {
  summary: "sets up this machine and deploys the stack to its Docker Engine",
  usage: `npm start [-- -s STACK]\n\n${stackUsage}`,
  async run(args) {
    const stack = parseStack(args);
    const engine = new Engine();
    // Before minutes of set-up, where the engine can tell already.
    if (!(await engine.problem())) await refuseForeignStack(engine, stack);
    const steps = [...machineSteps, stackStep(stack), deployStep(stack, engine)];
    await runSteps(steps, { logFolder });
    await printEndpoints(stack);
    return 0;
  },
};

async function printEndpoints(stack: string): Promise<void> {
  const found = Object.values(await endpoints(stack));
  const width = Math.max(0, ...found.map(({ url }) => url.length));
  console.log("");
  for (const { url, summary } of found) console.log(`${url.padEnd(width)}  ${summary}`);
  const option = stack === "local" ? "" : ` -s ${stack}`;
  console.log(`
users and passwords:  npm run pulumi -- stack output credentials --show-secrets${option}
how it is doing:      npm run status${option && ` --${option}`}
away with it:         npm run destroy${option && ` --${option}`}`);
}
