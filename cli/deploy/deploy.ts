// Brings the stack on the engine to what the clone says, and tells what happens as it happens.
import { join } from "node:path";
import type { Engine } from "../engine";
import { logFolder } from "../paths";
import { pulumi } from "../setup/stack";
import { type Step, runSteps } from "../setup/steps";
import { reconcile } from "./reconcile";

const upArgs = [
  ...["up", "--yes", "--skip-preview", "--refresh"],
  // Set-up has installed exactly what is needed.
  ...["--skip-plugin-pre-install", "--suppress-outputs", "--suppress-progress"],
];

export async function deploy(stack: string, engine: Engine): Promise<void> {
  const step: Step = {
    name: "deploy",
    needs: [],
    done: () => Promise.resolve(undefined),
    async run(log) {
      await reconcile(stack, engine, log.say);
      await pulumi([...upArgs, "--stack", stack], { onLine: log.say });
      return "deployed";
    },
  };
  await runSteps([step], { logFolder });
}
