// What a machine needs before a stack can be deployed from it.
import { dockerStep } from "./docker";
import { logFolder } from "../paths";
import { isSetUp } from "./findings";
import { imagesStep } from "./images";
import { stateStep } from "./stack";
import { sshStep } from "./ssh";
import { type Step, runSteps } from "./steps";
import { toolchainStep } from "./toolchain";

/** Enough for Pulumi commands. */
export const pulumiSteps: readonly Step[] = [toolchainStep, stateStep];
export const machineSteps: readonly Step[] = [dockerStep, ...pulumiSteps, imagesStep];
/** For a stack that runs on another machine. */
export const remoteSteps: readonly Step[] = [sshStep, ...pulumiSteps];

/** Makes Pulumi usable where it isn't. What a command prints may be read by another program: this goes beside it. */
export async function providePulumi(): Promise<void> {
  if (!isSetUp()) await runSteps(pulumiSteps, { logFolder, print: console.error });
}
