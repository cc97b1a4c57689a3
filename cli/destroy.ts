// Takes a stack down, and then looks at the engine itself, so that what it says is true also when the state was wrong.
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { type Command, CommandError } from "./command";
import { type EngineResource, type Kind, type Owned, owned, remove } from "./engine";
import { logFolder, root } from "./paths";
import { run, succeed } from "./processes";
import { pulumiEnvironment } from "./pulumi-environment";
import { reconcile } from "./setup/reconcile";
import { runSteps } from "./setup/steps";
import { stackName, stackOption, stackUsage } from "./stack-option";

export const destroy: Command = {
  summary: "Removes a stack; its data stays unless you say otherwise",
  usage: `npm run destroy [-- OPTIONS]
      --volumes      also removes the data, after a question
  -y, --yes          asks nothing
      --owner PATH   removes what a clone that is gone left on this engine
${stackUsage}`,
  run: async (args) => {
    const { values } = parseArgs({
      args,
      options: {
        ...stackOption,
        volumes: { type: "boolean", default: false },
        yes: { type: "boolean", short: "y", default: false },
        owner: { type: "string", default: root },
      },
    });
    const target = { stack: stackName(values.stack), owner: values.owner };
    if (values.volumes && !values.yes) await confirmLoss(target);
    const before = await everything(target);
    if (target.owner === root) await destroyByState(target);
    await sweep(target, values.volumes);
    report(target, before, await everything(target));
    return 0;
  },
};

/** In an order in which nothing removed is still in use. */
const kinds: Kind[] = ["container", "network", "image", "volume"];

async function everything(target: Owned): Promise<EngineResource[]> {
  return (await Promise.all(kinds.map((kind) => owned(kind, target)))).flat();
}

async function confirmLoss({ stack, owner }: Owned): Promise<void> {
  const volumes = await owned("volume", { stack, owner });
  if (volumes.length === 0) return;
  if (!process.stdin.isTTY)
    throw new CommandError("--volumes removes data for good; without a terminal it needs --yes");
  console.log(`This removes for good: ${volumes.map(({ name }) => name).join(", ")}`);
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(`Type the name of the stack, ${stack}, to go on: `);
  lines.close();
  if (answer.trim() !== stack) throw new CommandError("nothing was removed");
}

/** What the state knows goes by Pulumi; a stack that it doesn't know is left to the sweep. */
async function destroyByState(target: Owned): Promise<void> {
  const env = await pulumiEnvironment();
  const { stack } = target;
  const select = await run("pulumi", ["stack", "select", stack], { cwd: root, env });
  if (select.exitCode !== 0) return;
  const options = ["--yes", "--skip-preview", "--non-interactive", "--color", "never"];
  const step = {
    name: "destroy",
    run: async (log: (line: string) => void) => {
      await reconcile(target, log);
      await succeed("pulumi", ["destroy", "--stack", stack, ...options], {
        cwd: root,
        env,
        onLine: log,
      });
    },
  };
  await runSteps([step], { print: console.log, logFolder, aliveSeconds: 30 });
}

/** Removes by label what is still there. Data goes only when asked for; other volumes can be made again. */
async function sweep(target: Owned, withVolumes: boolean): Promise<void> {
  for (const kind of kinds.filter((candidate) => candidate !== "volume" || withVolumes))
    for (const resource of await owned(kind, target)) await remove(resource);
}

function report({ stack }: Owned, before: EngineResource[], after: EngineResource[]): void {
  const kept = new Set(after.map(({ name }) => name));
  const removed = before.filter(({ name }) => !kept.has(name));
  if (removed.length === 0 && after.length === 0)
    return console.log(`Nothing of stack "${stack}" was here.`);
  console.log(removed.length === 0 ? "Nothing was left to remove." : "Removed:");
  list(removed);
  if (after.length === 0) return;
  console.log(
    "Kept, and used again by the next `npm start` (`npm run destroy -- --volumes` removes it):",
  );
  list(after);
}

function list(resources: readonly EngineResource[]): void {
  for (const { kind, name } of resources) console.log(`  ${kind.padEnd(9)} ${name}`);
}
