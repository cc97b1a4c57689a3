// The program by which another machine is reached.
import { isInstalled, installPackages } from "./debian";
import type { Step } from "./steps";

export const sshStep: Step = {
  name: "ssh",
  needs: [],
  done: async () => ((await isInstalled("ssh")) ? "OpenSSH's client" : undefined),
  async run(log) {
    await installPackages(["openssh-client"], { purpose: "ssh", log });
    return "OpenSSH's client";
  },
};
