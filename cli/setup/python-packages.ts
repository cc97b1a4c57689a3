// Python environments with exactly the packages of a hash-locked file: the model's code, the tests and
// the benchmark have one each, so that none bends the versions of another.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "../command";
import { cacheFolder } from "../paths";
import { run } from "../processes";
import { installPackages, isInstalled } from "./debian";
import { contentKey, writeWhole } from "./files";
import type { Step, StepLog } from "./steps";

export interface PythonPackages {
  /** Where the environment is: named by the content of its file, so that a changed file makes a new one. */
  readonly folder: () => string;
  /** A program of the environment: `python`, `ruff`, … */
  readonly program: (name: string) => string;
  /** Makes the environment. */
  readonly step: Step;
}

/** `requirements`: path of a file that pip takes with `--require-hashes`. */
export function pythonPackages(name: string, requirements: string): PythonPackages {
  const folder = () => join(cacheFolder, "python", contentKey(readFileSync(requirements)));
  const program = (of: string) => join(folder(), "bin", of);
  // Written last: without it the environment is half made. A venv can't be moved into place when it is whole.
  const completeMarker = () => join(folder(), ".complete");
  const done = () =>
    Promise.resolve(existsSync(completeMarker()) ? `Python packages in ${folder()}` : undefined);
  const make = async (log: StepLog) => {
    await requirePython(log);
    rmSync(folder(), { recursive: true, force: true });
    await log.run("python3", ["-m", "venv", folder()]);
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"];
    await log.run(program("python"), [...pip, "--requirement", requirements]);
    writeWhole(completeMarker(), "");
    return `Python packages in ${folder()}`;
  };
  return { folder, program, step: { name, needs: [], done, run: make } };
}

const oldestPython = [3, 11] as const;

async function requirePython(log: StepLog): Promise<void> {
  const needed = `Python ${oldestPython.join(".")} or later with venv`;
  const test = `import ensurepip, venv, sys; sys.exit(sys.version_info < (${oldestPython.join(", ")}))`;
  const fits = async () =>
    (await isInstalled("python3")) && (await run("python3", ["-c", test])).exitCode === 0;
  if (await fits()) return;
  await installPackages(["python3", "python3-venv"], { purpose: needed, log });
  if (!(await fits())) throw new CommandError(`needs ${needed}; python3 on PATH isn't`);
}
