// Python for the project's parts: the model's code and the demonstration model made with it, and the
// environments of the tests and of the benchmark of serving.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, root } from "../paths";
import { contentKey, readFolder, readIfThere, writeWhole } from "./files";
import { pythonPackages } from "./python-packages";
import type { Step } from "./steps";

const appFolder = join(root, "app");
const modelSources = join(appFolder, "model");

const modelPackages = pythonPackages("python", join(modelSources, "requirements-dev.txt"));
export const pythonStep = modelPackages.step;
/** A program of the model's environment: `python`, `ruff`, … */
export const pythonProgram = modelPackages.program;
/** Our packages are found by this. */
export const pythonEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PYTHONPATH: appFolder,
  PYTHONDONTWRITEBYTECODE: "1",
});

const loopPackages = pythonPackages("python-loop", join(appFolder, "loop", "requirements-dev.txt"));
export const loopStep = loopPackages.step;
/** A program of the environment in which package `loop` and the other Python of the services is tested. */
export const loopProgram = loopPackages.program;

/** What the tests of several parts need: schemathesis. */
export const testPackages = pythonPackages("python-test", join(root, "test", "requirements.txt"));
/** The Python server that `bench/serving` compares with. */
export const servingBenchPackages = pythonPackages(
  "python-bench",
  join(root, "bench", "serving", "requirements.txt"),
);

/** Where tests of the inference API look for it too. */
export const demonstrationModel = join(cacheFolder, "model", "model.onnx");
const demonstrationModelKey = `${demonstrationModel}.key`;

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
