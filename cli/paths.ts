// Where things are: the clone, what it generates for itself, and what all clones of this user share.
import { homedir } from "node:os";
import { join, resolve } from "node:path";

export const root = resolve(__dirname, "..");

/** State, passphrase and logs of this clone's stacks; ignored by git. */
export const stateFolder = join(root, ".pulumi");
export const logFolder = join(stateFolder, "logs");

/** Downloads and builds, each below a name that says what it was made from. */
export const cacheFolder =
  process.env["FEEDBACK_LOOP_CACHE"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "feedback-loop");
