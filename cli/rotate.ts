// `npm run rotate`: new passwords and keys for a running stack.
import { parseArgs } from "node:util";
import { type Command, CommandError, UsageError } from "./command";
import { knownState } from "./deploy/known-state";
import { changesOf, reportTo } from "./deploy/progress";
import { reconcile } from "./deploy/reconcile";
import { engineOf, nothingThere } from "./deploy/stack-host";
import { type StackState, nameOf } from "./deploy/state";
import { reachable } from "./engine";
import { logFolder } from "./paths";
import { isInAll, rotationOf } from "./rotate/rotations";
import { checkStackName, pulumi } from "./setup/stack";
import { type Step, runSteps } from "./setup/steps";
import { stackOption, stackUsage } from "./stack-option";
import { table } from "./status";

export const rotate: Command = {
  summary: "gives a stack new passwords and keys; without arguments lists them",
  usage: `npm run rotate [-- CREDENTIAL… | --all] [OPTIONS]

${stackUsage}
      --all           every one that costs nobody more than a new login

Each new value is brought to everything that uses it, as npm start would, and npm start finishes what was interrupted. No
data is lost by it but where the list says so; those credentials have to be named.`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...stackOption, all: { type: "boolean", default: false } },
    });
    const stack = checkStackName(values.stack);
    const state = await knownState(stack);
    const urns = credentialUrns(state);
    if (urns.size === 0) throw new CommandError(nothingThere(stack, state));
    const chosen = chosenFrom([...urns.keys()], { named: positionals, all: values.all });
    if (chosen.length === 0) {
      console.log(listed([...urns.keys()]));
      return 0;
    }
    const replaced = chosen.map((credential) => urns.get(credential)!);
    await runSteps([rotateStep(stack, replaced)], { logFolder });
    console.log(`new: ${chosen.join(", ")}`);
    console.log(
      `they are in: npm run pulumi -- stack output credentials --show-secrets -s ${stack}`,
    );
    return 0;
  },
};

/** Types of the resources in the component that makes all credentials (infra/credentials.ts). */
const generated = "feedback-loop:infra:Credentials$random:";

/** The resource of each credential, by its name. */
export const credentialUrns = ({ resources }: Pick<StackState, "resources">): Map<string, string> =>
  new Map(
    resources
      .filter(({ urn }) => urn.includes(generated))
      .map(({ urn }): [string, string] => [nameOf(urn), urn])
      .sort(([one], [other]) => one.localeCompare(other)),
  );

interface Choice {
  named: readonly string[];
  all: boolean;
}

/** Names of the credentials to rotate; none when nothing was asked for. Pure, so that it is tested without a stack. */
export function chosenFrom(credentials: readonly string[], { named, all }: Choice): string[] {
  const unknown = named.filter((name) => !credentials.includes(name));
  if (unknown.length > 0)
    throw new UsageError(
      `no credential ${unknown.join(", ")} in this stack; there are ${credentials.join(", ")}`,
    );
  return credentials.filter((name) => named.includes(name) || (all && isInAll(name)));
}

/** For people: each credential and what a new value of it costs. */
export const listed = (credentials: readonly string[]): string =>
  table([
    ["CREDENTIAL", "--all", "WHAT PEOPLE NOTICE OF A NEW VALUE"],
    ...credentials.map((name) => [
      name,
      isInAll(name) ? "yes" : "no",
      rotationOf(name)?.costs ?? "unknown: nobody wrote it down",
    ]),
  ]);

/** As a deployment, in which these resources are made anew; all else follows from what depends on them. */
function rotateStep(stack: string, urns: readonly string[]): Step {
  return {
    name: "rotate",
    needs: [],
    done: () => Promise.resolve(undefined),
    async run(log) {
      const state = await knownState(stack);
      await reconcile(stack, await reachable(engineOf(state)), log.say);
      const output = await pulumi(
        [
          ...["up", "--yes", "--skip-preview", "--refresh", "--run-program"],
          ...["--skip-plugin-pre-install", "--suppress-outputs", "--suppress-progress"],
          ...urns.flatMap((urn) => ["--replace", urn]),
          ...["--stack", stack],
        ],
        { onLine: reportTo(log) },
      );
      return changesOf(output) ?? "nothing to change";
    },
  };
}
