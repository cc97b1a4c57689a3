// Python for the model's code: an environment with exactly the pinned packages, and the demonstration model made with it.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "../command";
import { cacheFolder, root } from "../paths";
import { run } from "../processes";
import { installPackages, isInstalled } from "./debian";
import { contentKey, readFolder, readIfThere, writeWhole } from "./files";
import type { Step, StepLog } from "./steps";

const appFolder = join(root, "app");
const modelSources = join(appFolder, "model");
const requirements = join(modelSources, "requirements-dev.txt");

/** Where the environment is: named by the packages in it. */
const environmentFolder = () => join(cacheFolder, "python", contentKey(readFileSync(requirements)));
/** Written last: without it the environment is half made. A venv can't be moved into place when it is whole. */
const completeMarker = () => join(environmentFolder(), ".complete");

/** A program of the environment: `python`, `ruff`, … */
export const pythonProgram = (name: string) => join(environmentFolder(), "bin", name);
/** The model's package is found by this. */
export const pythonEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PYTHONPATH: appFolder,
  PYTHONDONTWRITEBYTECODE: "1",
});

/** Where tests of the inference API look for it too. */
export const demonstrationModel = join(cacheFolder, "model", "model.onnx");
const demonstrationModelKey = `${demonstrationModel}.key`;

export const pythonStep: Step = {
  name: "python",
  needs: [],
  done: () =>
    Promise.resolve(
      existsSync(completeMarker()) ? `Python packages in ${environmentFolder()}` : undefined,
    ),
  async run(log) {
    await requirePython(log);
    const folder = environmentFolder();
    rmSync(folder, { recursive: true, force: true });
    await log.run("python3", ["-m", "venv", folder]);
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"];
    await log.run(pythonProgram("python"), [...pip, "--requirement", requirements]);
    writeWhole(completeMarker(), "");
    return `Python packages in ${folder}`;
  },
};

export const modelStep: Step = {
  name: "model",
  needs: ["python"],
  done: () =>
    Promise.resolve(
      existsSync(demonstrationModel) && readIfThere(demonstrationModelKey) === modelKey()
        ? `demonstration model in ${demonstrationModel}`
        : undefined,
    ),
  async run(log) {
    rmSync(demonstrationModelKey, { force: true });
    const key = modelKey();
    writeWhole(demonstrationModel, "");
    const args = ["-m", "model", "build", "--out", demonstrationModel];
    await log.run(pythonProgram("python"), args, { env: pythonEnvironment() });
    writeWhole(demonstrationModelKey, key);
    return `demonstration model in ${demonstrationModel}`;
  },
};

const modelKey = () => contentKey(readFolder(modelSources));

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
