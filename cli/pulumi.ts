// `npm run pulumi -- ARGS`: Pulumi itself, with this clone's toolchain, state and passphrase.
import type { Command } from "./command";
import { root } from "./paths";
import { attach } from "./processes";
import { providePulumi } from "./setup/machine";
import { keptFromGit } from "./setup/own-settings";
import { keepBackend, pulumiEnvironment } from "./setup/stack";

export const pulumi: Command = {
  summary: "any Pulumi command, with this clone's toolchain and state",
  usage: "npm run pulumi -- ARGS    (as in: npm run pulumi -- preview)",
  async run(args) {
    await providePulumi();
    const exitCode = await keptFromGit(() =>
      attach("pulumi", args, { cwd: root, env: environmentFor(args) }),
    );
    if (exitCode === 0) rememberLogin(args);
    return exitCode;
  },
};

/** A login is to another backend than the clone's, which Pulumi would warn of. */
function environmentFor([verb]: readonly string[]): NodeJS.ProcessEnv {
  const environment = pulumiEnvironment();
  if (verb === "login" || verb === "logout")
    environment["PULUMI_BACKEND_URL"] = process.env["PULUMI_BACKEND_URL"];
  return environment;
}

/** Pulumi itself would remember it for all projects of this person, and every command here names the clone's own state. */
function rememberLogin([verb, ...args]: readonly string[]): void {
  if (verb === "logout") keepBackend();
  const url = args.find((arg) => /^\w+:\/\//.test(arg));
  if (verb === "login" && url) keepBackend(url);
}
