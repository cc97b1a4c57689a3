// Brings the stack on the engine to what the clone says, and tells what happens as it happens.
import type { Config } from "../../infra/config";
import { CloudError } from "../../infra/openstack";
import { CommandError } from "../command";
import { hostKeyIn, refuseUnfitCloud, refuseUnfitHost } from "../doctor/examination";
import { pulumi } from "../setup/stack";
import type { Step, StepLog } from "../setup/steps";
import { ProgramFailed } from "../processes";
import { cloudFailure } from "./cloud-failures";
import { forgetOnHost } from "./forget";
import { changesOf, reportTo } from "./progress";
import { refuseForeignStack } from "./ownership";
import { reconcile, releaseDeadLocks } from "./reconcile";
import { reconcileCloud } from "./reconcile-cloud";
import { configOf } from "./stack-config";
import { engineOf, hasPlace, isToBeReplaced, placeOf } from "./stack-host";
import { stateOf } from "./state";

const up = [
  ...["up", "--yes", "--skip-preview"],
  // Set-up has installed exactly the plugins that are needed.
  "--skip-plugin-pre-install",
  ...["--suppress-outputs", "--suppress-progress"],
];

/**
 * Refreshed, because what was removed by hand would be taken for running; then the jobs' turn comes as needed. By the
 * program, which knows a host's new key where the state has the old one.
 */
const refreshed = ["--refresh", "--run-program"];

export function deployStep(stack: string): Step {
  return {
    name: "deploy",
    needs: [`stack ${stack}`],
    done: () => Promise.resolve(undefined),
    async run(log) {
      const config = await configOf(stack);
      await tidyUp(stack, config, log);
      // What a person calls by hand next is about this stack, without naming it.
      await pulumi(["stack", "select", stack]);
      return changesOf(await deploy(stack, config, log)) ?? "nothing to change";
    },
  };
}

/** Resolves with what Pulumi printed. */
async function deploy(stack: string, config: Config, log: StepLog): Promise<string> {
  // A refresh by the program takes over its generation, and there would be nothing left to replace.
  const more = isToBeReplaced(await stateOf(stack), config) ? [] : refreshed;
  try {
    return await pulumi([...up, ...more, "--stack", stack], { onLine: reportTo(log) });
  } catch (error) {
    if (!(error instanceof ProgramFailed)) throw error;
    const { stdout, stderr } = error.result;
    const words = cloudFailure(`${stdout}${stderr}`, config.openstack);
    throw words === undefined ? error : new CommandError(words);
  }
}

async function tidyUp(stack: string, config: Config, log: StepLog): Promise<void> {
  if (config.target !== "chameleon") return tidyUpHost(stack, config, log);
  const judge = async () => refuseUnfitCloud(stack, config, await stateOf(stack));
  await reconcileCloud(stack, config, log).catch(async (error: unknown) => {
    // What kept the cloud from being asked is told with whatever else is wrong.
    if (error instanceof CloudError) await judge();
    throw error;
  });
  await judge();
  const state = await stateOf(stack);
  // Without one, this machine's engine would be asked.
  if (!hasPlace(state)) return;
  if (isToBeReplaced(state, config) && (await engineOf(state).problem())) {
    log.say(
      `${placeOf(state)} doesn't answer; its server is replaced, and everything on it made anew`,
    );
    // Otherwise the way to the next server would lead through the silent one, for each of its containers.
    return forgetOnHost(stack, log);
  }
  await tidyUpHost(stack, config, log);
}

/** Where the stack's engine doesn't answer, the deployment itself waits for it, or says why not. */
async function tidyUpHost(stack: string, config: Config, log: StepLog): Promise<void> {
  const state = await stateOf(stack);
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
