// `npm run destroy`: takes a stack down, and then looks at the engine itself, so that what it says is true also when the
// state was wrong or is lost.
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { type Command, CommandError } from "./command";
import { reportTo } from "./deploy/deploy";
import { reconcile } from "./deploy/reconcile";
import { type Engine, type Kind, type Labelled, reachableEngine } from "./engine";
import { logFolder, root } from "./paths";
import { wasSetUp } from "./setup/findings";
import { providePulumi } from "./setup/machine";
import { checkStackName, pulumi, stackExists } from "./setup/stack";
import { type Step, runSteps } from "./setup/steps";
import { stackOption, stackUsage } from "./stack-option";

interface Target {
  stack: string;
  owner: string;
}

export const destroy: Command = {
  summary: "removes a stack; its data stays unless you say otherwise",
  usage: `npm run destroy [-- OPTIONS]

${stackUsage}
      --volumes       also removes the data, after a question
  -y, --yes           asks nothing
      --owner PATH    removes what another clone's stack left on this engine; default: this clone`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        ...stackOption,
        volumes: { type: "boolean", default: false },
        yes: { type: "boolean", short: "y", default: false },
        owner: { type: "string", default: root },
      },
    });
    const target = { stack: checkStackName(values.stack), owner: values.owner };
    const engine = await reachableEngine();
    if (values.volumes && !values.yes) await confirmLoss(engine, target);
    const before = await everything(engine, target);
    if (target.owner === root && wasSetUp()) await destroyByState(engine, target.stack);
    await sweep(engine, target, values.volumes);
    console.log(report(target.stack, before, await everything(engine, target)));
    return 0;
  },
};

/** In an order in which nothing removed is still in use. */
const kinds: readonly Kind[] = ["container", "network", "image", "volume"];

async function everything(engine: Engine, target: Target): Promise<Labelled[]> {
  return (await Promise.all(kinds.map((kind) => engine.labelled(kind, target)))).flat();
}

async function confirmLoss(engine: Engine, { stack, owner }: Target): Promise<void> {
  const volumes = await engine.labelled("volume", { stack, owner });
  if (volumes.length === 0) return;
  if (!process.stdin.isTTY)
    throw new CommandError("--volumes removes data for good; without a terminal it needs --yes");
  console.log(`This removes for good: ${volumes.map(({ name }) => name).join(", ")}`);
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(`Type the name of the stack, ${stack}, to go on: `);
  lines.close();
  if (answer.trim() !== stack) throw new CommandError("Nothing was removed.");
}

/** What the state knows goes by Pulumi; a stack that it doesn't know is left to the sweep. */
async function destroyByState(engine: Engine, stack: string): Promise<void> {
  await providePulumi();
  if (!(await stackExists(stack))) return;
  const step: Step = {
    name: "destroy",
    needs: [],
    done: () => Promise.resolve(undefined),
    async run(log) {
      await reconcile(stack, engine, log.say);
      const args = ["destroy", "--yes", "--skip-preview", "--suppress-outputs", "--stack", stack];
      await pulumi([...args, "--suppress-progress"], { onLine: reportTo(log) });
      return "done";
    },
  };
  await runSteps([step], { logFolder });
}

/** Removes by label what is still there. Data goes only when asked for. */
async function sweep(engine: Engine, target: Target, withVolumes: boolean): Promise<void> {
  for (const kind of kinds.filter((candidate) => candidate !== "volume" || withVolumes))
    for (const left of await engine.labelled(kind, target)) await engine.remove(left);
}

/** What was removed and what was kept. */
export function report(
  stack: string,
  before: readonly Labelled[],
  after: readonly Labelled[],
): string {
  const kept = new Set(after.map(({ id }) => id));
  const removed = before.filter(({ id }) => !kept.has(id));
  if (before.length === 0) return `Nothing of the stack "${stack}" is on this engine.`;
  const lines = ({ kind, name }: Labelled) => `  ${kind.padEnd(9)}  ${name}`;
  return [
    removed.length === 0 ? "Nothing was left to remove." : "Removed:",
    ...removed.map(lines),
    ...(after.length === 0 ? [] : ["Kept for the next npm start (--volumes removes it):"]),
    ...after.map(lines),
  ].join("\n");
}
