// What a machine needs before a stack can be deployed from it.
import { dockerStep } from "./docker";
import { imagesStep } from "./images";
import type { Step } from "./steps";
import { toolchainStep } from "./toolchain";

export const machineSteps: readonly Step[] = [dockerStep, toolchainStep, imagesStep];
