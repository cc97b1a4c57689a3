// The OpenStack that the tests of target chameleon deploy to: this machine's own, since nobody has one at hand.
import { join } from "node:path";
import { root } from "../paths";
import type { Step } from "./steps";

/** Idempotent: where it runs already, this takes seconds. */
export const openstackStep: Step = {
  name: "openstack",
  needs: ["docker", "images"],
  heavy: true,
  done: () => Promise.resolve(undefined),
  async run(log) {
    await log.run(join(root, "lab", "openstack", "up.sh"), [], { onLine: log.say });
    return "an OpenStack on this machine";
  },
};
