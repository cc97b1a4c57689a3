// Brings the stack on the engine to what the clone says, and tells what happens as it happens.
import type { Engine } from "../engine";
import { pulumi } from "../setup/stack";
import type { Step, StepLog } from "../setup/steps";
import { Progress, changesOf } from "./progress";
import { refuseForeignStack } from "./ownership";
import { reconcile } from "./reconcile";

const up = [
  // Refreshed, because what was removed by hand would be taken for running; then the jobs' turn comes as needed.
  ...["up", "--yes", "--skip-preview", "--refresh"],
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

export function deployStep(stack: string, engine: Engine): Step {
  return {
    name: "deploy",
    needs: [`stack ${stack}`],
    done: () => Promise.resolve(undefined),
    async run(log) {
      await refuseForeignStack(engine, stack);
      await reconcile(stack, engine, log.say);
      // What a person calls by hand next is about this stack, without naming it.
      await pulumi(["stack", "select", stack]);
      const output = await pulumi([...up, "--stack", stack], { onLine: reportTo(log) });
      return changesOf(output) ?? "nothing to change";
    },
  };
}
