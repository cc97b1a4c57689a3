// One login to the machine of a stack, or none where the stack runs here, in which its facts are found out.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import type { Config } from "../../infra/config";
import {
  contactProblems,
  missingKey,
  silentServer,
  strangeLogin,
  unreachable,
} from "../../infra/host/host-problems";
import { type Facts, readFacts } from "../../infra/host/facts";
import {
  type SshLogin,
  destination,
  loginOptions,
  pinned,
  unpinnedOptions,
} from "../../infra/host/ssh-login";
import type { Verdict } from "../../infra/host/verdicts";
import { type Result, run } from "../processes";

export interface Contact {
  verdict: Verdict;
  /** Undefined when there was no login. */
  facts?: Facts;
}

/** Whatever hangs: the machine is silent, or one of the script's questions is. */
const timeoutSeconds = 45;

/** @param hostKey the key that the stack's state has; undefined before its first deployment */
export async function contact(
  config: Config,
  hostKey: string | undefined,
  script: string,
): Promise<Contact> {
  const options = { input: script, timeoutSeconds };
  if (config.target === "local") {
    const { stdout } = await run("sh", ["-s"], options);
    return {
      verdict: { check: "host", ok: true, words: "this machine" },
      facts: readFacts(stdout),
    };
  }
  const bad = (words: string): Contact => ({ verdict: { check: "ssh", ok: false, words } });
  if (!hasKey(config.ssh)) return bad(missingKey(config.ssh));
  const known = config.ssh.hostKey || hostKey;
  const result = await run("ssh", [...sshArguments(config.ssh, known), "sh -s"], options);
  const facts = readFacts(result.stdout);
  const problem = contactProblem(config, result, facts);
  if (problem !== undefined) return bad(problem);
  const pin =
    known ?? "a host key that isn't known yet: the first deployment keeps the one it sees";
  return {
    verdict: { check: "ssh", ok: true, words: `${destination(config.ssh)}, ${pin}` },
    facts,
  };
}

/** As in the gate: the key, or its public half, whose other one an agent may hold. */
function hasKey({ privateKeyPath }: SshLogin): boolean {
  if (privateKeyPath === "") return true;
  const path = privateKeyPath.replace(/^~(?=\/)/, homedir());
  return existsSync(path) || existsSync(`${path}.pub`);
}

/** By a connection of its own: one that is kept from before still has the key that the machine showed then. */
function sshArguments(login: SshLogin, hostKey: string | undefined): string[] {
  const options = hostKey ? [...loginOptions(login), ...pinned(hostKey)] : unpinnedOptions(login);
  return [...options, "--", destination(login)];
}

/** What kept a login from telling the facts, and what to do about it; undefined when it told them. */
export function contactProblem(
  { target, ssh: login, openstack }: Pick<Config, "target" | "ssh" | "openstack">,
  { exitCode, stderr }: Pick<Result, "exitCode" | "stderr">,
  facts: Facts,
): string | undefined {
  if (facts.time !== undefined) return undefined;
  const said = stderr.trim().split("\n").at(-1)?.trim() ?? "";
  const known = contactProblems(login).find(({ pattern }) => new RegExp(pattern).test(stderr));
  if (known) return known.words;
  const silence =
    target === "chameleon" ? silentServer(login, openstack.generation) : unreachable(login);
  return exitCode === sshFailed || exitCode === killed
    ? `${said}: ${silence}`.replace(/^: /, "")
    : `${said}: ${strangeLogin(login)}`;
}

/** What ssh ends with, whatever the reason, and what is reported of a program that took too long. */
const sshFailed = 255;
const killed = 137;
