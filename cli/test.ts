// `npm test`: sets up what the tests need, then runs all of them.
import { parseArgs } from "node:util";
import { type Counts, add, closingLine, jestCounts, noTests } from "./checks/counts";
import { checkParts, failures, jest, runParts, total } from "./checks/parts";
import { type Command, CommandError, UsageError } from "./command";
import { join } from "node:path";
import { rmSync, statSync } from "node:fs";
import { logFolder, root } from "./paths";
import { attach } from "./processes";
import { browserProgram, browserStep } from "./setup/browser";
import { openstackStep } from "./setup/openstack";
import { readIfThere } from "./setup/files";
import { selfMadeChecks } from "./setup/self-made-checks";
import { machineSteps } from "./setup/machine";
import { demonstrationModel, loopStep, modelStep, pythonStep, testPackages } from "./setup/python";
import { type Step, runSteps } from "./setup/steps";

export const test: Command = {
  summary: "all tests: checks, services in containers, a stack of its own with a real browser",
  usage: `npm test [-- --long | --chameleon]

Sets up what npm start does, and Python and Chromium. A running stack is left alone.

      --long          instead, the tests that take minutes and prove what seldom changes (npm run test:long)
      --chameleon     instead, the tests of target chameleon against an OpenStack of their own (npm run test:chameleon)`,
  async run(args) {
    const counts = await testsOf(args)();
    console.log(closingLine(counts));
    return counts.failed > 0 ? 1 : 0;
  },
};

/** Set-up and tests that the arguments ask for. */
function testsOf(args: string[]): () => Promise<Counts> {
  const { values } = parseArgs({
    args,
    options: {
      long: { type: "boolean", default: false },
      chameleon: { type: "boolean", default: false },
    },
  });
  if (values.long && values.chameleon)
    throw new UsageError("--long and --chameleon were given; take one of them");
  if (values.long) return () => setUpAnd([], () => slowTests(["long"]));
  if (values.chameleon) return () => setUpAnd([openstackStep], () => slowTests(["chameleon"]));
  return () => setUpAnd([], allTests);
}

/** A set-up that fails counts as one failed test. */
async function setUpAnd(more: readonly Step[], tests: () => Promise<Counts>): Promise<Counts> {
  try {
    const ownSteps = [pythonStep, loopStep, testPackages.step, modelStep, browserStep];
    await runSteps([...machineSteps, ...ownSteps, ...more], { logFolder });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(error.message);
    return { ...noTests, failed: 1 };
  }
  return tests();
}

async function allTests(): Promise<Counts> {
  const results = await runParts([...checkParts(), ...selfMadeChecks()], {
    fix: false,
    print: console.log,
  });
  const slow = await slowTests(["service", "browser"]);
  console.log(failures(results));
  return add(total(results), slow);
}

/** One file after the other: each has the machine to itself. */
async function slowTests(projects: readonly string[]): Promise<Counts> {
  const file = join(logFolder, "slow-tests.json");
  rmSync(file, { force: true });
  const { program, args } = jest(projects, file, ["--runInBand", "--verbose"]);
  const env = {
    ...process.env,
    FEEDBACK_LOOP_MODEL: demonstrationModel,
    SCHEMATHESIS: testPackages.program("schemathesis"),
    CHROMIUM: browserProgram,
  };
  const lingering = abortedOnceOld(file, secondsToEnd);
  const exitCode = await attach(program, args, { cwd: root, env, kill: lingering.signal });
  lingering.stopWatching();
  const written = readIfThere(file);
  const counts = written ? jestCounts(written) : noTests;
  if (lingering.signal.aborted) {
    console.error(`Jest had its results and didn't end within ${secondsToEnd} s; it was ended`);
    return counts;
  }
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** Jest's process has been seen to stay after its last test and its last word, with nothing left to do. */
const secondsToEnd = 60;
const lookEverySeconds = 5;

/** Aborts when a file has been there for some time. */
function abortedOnceOld(file: string, seconds: number) {
  const controller = new AbortController();
  const timer = setInterval(() => {
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (written !== undefined && Date.now() - written > seconds * 1000) controller.abort();
  }, lookEverySeconds * 1000);
  return { signal: controller.signal, stopWatching: () => clearInterval(timer) };
}
