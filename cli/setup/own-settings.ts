// A stack whose settings begin as a file that git tracks (Pulumi.chameleon.yaml): what a person sets there is that person's
// own, so git is told to look away, and the work tree stays clean.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths";
import { run } from "../processes";
import { readIfThere } from "./files";

const settingsFiles = "Pulumi.*.yaml";

/** Runs something that may change or remove settings of stacks, and keeps the change from git. */
export async function keptFromGit<Result>(
  change: () => Promise<Result>,
  clone = root,
): Promise<Result> {
  const before = await changedFiles(clone);
  try {
    return await change();
  } finally {
    const after = await changedFiles(clone);
    const own = ownFiles({ before, after, contentOf: (file) => readIfThere(join(clone, file)) });
    if (own.length > 0) await git(clone, "update-index", "--skip-worktree", "--", ...own);
    await restoreRemoved(clone);
  }
}

interface Found {
  before: readonly string[];
  after: readonly string[];
  contentOf: (file: string) => string | undefined;
}

/** What ties settings to the secrets of one stack. */
const secretsOfOneStack = /^(encryptionsalt|encryptedkey|secretsprovider):/m;

/** Of the changed files those that a stack changed: what somebody edits by hand goes on to be seen. */
export const ownFiles = ({ before, after, contentOf }: Found): string[] =>
  after.filter((file) => {
    const content = contentOf(file);
    return content !== undefined && (!before.includes(file) || secretsOfOneStack.test(content));
  });

/** `pulumi stack rm` takes the settings along; the defaults are everybody's. */
async function restoreRemoved(clone: string): Promise<void> {
  const removed = (await listed(clone, "ls-files", "-t", "--", settingsFiles))
    .flatMap((line) => /^S (.+)$/.exec(line)?.[1] ?? [])
    .filter((file) => !existsSync(join(clone, file)));
  if (removed.length === 0) return;
  await git(clone, "update-index", "--no-skip-worktree", "--", ...removed);
  await git(clone, "checkout", "--", ...removed);
}

/** Those that git would report; none where this is no clone. */
const changedFiles = (clone: string) =>
  listed(clone, "ls-files", "--modified", "--", settingsFiles);

const git = (clone: string, ...args: string[]) => run("git", args, { cwd: clone });

const listed = async (clone: string, ...args: string[]): Promise<string[]> =>
  (await git(clone, ...args)).stdout.split("\n").filter(Boolean);
