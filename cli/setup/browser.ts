// A real browser for the tests.
import { existsSync } from "node:fs";
import { installPackages } from "./debian";
import type { Step } from "./steps";

/** Where Debian's packages put them; certutil makes a browser trust one more authority. */
export const browserProgram = "/usr/bin/chromium";
const certutil = "/usr/bin/certutil";

export const browserStep: Step = {
  name: "browser",
  needs: [],
  done: () =>
    Promise.resolve(
      [browserProgram, certutil].every((file) => existsSync(file)) ? "Chromium" : undefined,
    ),
  async run(log) {
    await installPackages(["chromium", "libnss3-tools"], { purpose: "Chromium", log });
    return "Chromium";
  },
};
