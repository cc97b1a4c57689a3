// A real browser for the tests.
import { existsSync } from "node:fs";
import { installPackages } from "./debian";
import type { Step } from "./steps";

/** Where Debian's package puts it. */
export const browserProgram = "/usr/bin/chromium";

export const browserStep: Step = {
  name: "browser",
  needs: [],
  done: () => Promise.resolve(existsSync(browserProgram) ? "Chromium" : undefined),
  async run(log) {
    await installPackages(["chromium"], { purpose: "Chromium", log });
    return "Chromium";
  },
};
