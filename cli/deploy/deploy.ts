// Brings the stack on the engine to what the clone says, and tells what happens as it happens.
import { hostKeyIn, refuseUnfitHost } from "../doctor/examination";
import { pulumi } from "../setup/stack";
import type { Step, StepLog } from "../setup/steps";
import { Progress, changesOf } from "./progress";
import { refuseForeignStack } from "./ownership";
import { reconcile, releaseDeadLocks } from "./reconcile";
import { configOf } from "./stack-config";
import { engineOf, placeOf } from "./stack-host";
import { stateOf } from "./state";

const up = [
  // Refreshed, because what was removed by hand would be taken for running; then the jobs' turn comes as needed.
  // By the program, which knows a host's new key where the state has the old one.
  ...["up", "--yes", "--skip-preview", "--refresh", "--run-program"],
  // Set-up has installed exactly the plugins that are needed.
  "--skip-plugin-pre-install",
  ...["--suppress-outputs", "--suppress-progress"],
];

/** Everything goes to the log; what is new is said. */
export function reportTo(log: StepLog): (line: string) => void {
  const progress = new Progress();
  return (line) => {
    const news = progress.read(line);
    if (news === undefined) log.write(line);
    else log.say(news);
    log.doing(progress.waitingFor());
  };
}

export function deployStep(stack: string): Step {
  return {
    name: "deploy",
    needs: [`stack ${stack}`],
    done: () => Promise.resolve(undefined),
    async run(log) {
      await tidyUp(stack, log);
      // What a person calls by hand next is about this stack, without naming it.
      await pulumi(["stack", "select", stack]);
      const output = await pulumi([...up, "--stack", stack], { onLine: reportTo(log) });
      return changesOf(output) ?? "nothing to change";
    },
  };
}

/** Where the stack's engine doesn't answer, the deployment itself waits for it, or says why not. */
async function tidyUp(stack: string, log: StepLog): Promise<void> {
  const state = await stateOf(stack);
  const config = await configOf(stack);
  // The first time, the gate has the same words for another machine, after it has waited while that boots.
  if (hostKeyIn(state) !== undefined) await refuseUnfitHost(stack, config, state);
  const engine = engineOf(state);
  const problem = await engine.problem();
  if (problem) {
    log.say(`${placeOf(state)} doesn't answer yet: ${problem}`);
    return releaseDeadLocks(stack, log.say);
  }
  await refuseForeignStack(engine, stack, state);
  if (config.target === "local") await refuseUnfitHost(stack, config, state);
  await reconcile(stack, engine, log.say);
}
