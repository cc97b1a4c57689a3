// What a machine needs before a stack can be deployed from it.
import { dockerStep } from "./docker";
import { imagesStep } from "./images";
import { stateStep } from "./stack";
import type { Step } from "./steps";
import { toolchainStep } from "./toolchain";

/** Enough for Pulumi commands. */
export const pulumiSteps: readonly Step[] = [toolchainStep, stateStep];
export const machineSteps: readonly Step[] = [dockerStep, ...pulumiSteps, imagesStep];
