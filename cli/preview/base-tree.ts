// Another revision's files beside the clone, for as long as they are looked at, with the packages they need.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "../command";
import { root } from "../paths";
import { run, succeed } from "../processes";
import { readIfThere } from "../setup/files";

/** Calls `use` with the folder that holds the files of a revision. */
export async function withBaseTree<T>(
  ref: string,
  say: (line: string) => void,
  use: (tree: string) => Promise<T>,
): Promise<T> {
  const commit = await commitOf(ref);
  const folder = mkdtempSync(join(tmpdir(), "feedback-loop-base-"));
  const tree = join(folder, "tree");
  const remove = () => {
    spawnSync("git", ["-C", root, "worktree", "remove", "--force", tree]);
    rmSync(folder, { recursive: true, force: true });
  };
  // Also when the person stops it.
  process.once("exit", remove);
  try {
    await git("-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", tree, commit);
    await providePackages(tree, ref, say);
    return await use(tree);
  } finally {
    process.off("exit", remove);
    remove();
  }
}

const git = (...args: string[]) => succeed("git", ["-C", root, ...args]);

async function commitOf(ref: string): Promise<string> {
  const args = ["-C", root, "rev-parse", "--verify", "--quiet", "--end-of-options"];
  const { exitCode, stdout } = await run("git", [...args, `${ref}^{commit}`]);
  if (exitCode === 0) return stdout.trim();
  throw new CommandError(
    `--base ${ref}: this clone has no such revision; a shallow one needs git fetch origin ${ref} first`,
  );
}

/** Whether git knows the file in this clone. */
export const isTracked = async (file: string): Promise<boolean> =>
  (await run("git", ["-C", root, "ls-files", "--error-unmatch", "--", file])).exitCode === 0;

const lockFile = "package-lock.json";

/** This clone's packages where the two want the same, else the revision's own. */
async function providePackages(tree: string, ref: string, say: (line: string) => void) {
  const [own, wanted] = [root, tree].map((folder) => readIfThere(join(folder, lockFile)));
  if (own === wanted) return linkPackages(join(root, "node_modules"), join(tree, "node_modules"));
  say(`${ref} has another ${lockFile}: installing its packages for the comparison`);
  await succeed("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: tree });
}

/** Packages by links; links to workspaces as they are, so that they lead into the new tree. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.isDirectory() && entry.name.startsWith("@")) linkPackages(source, target);
    else symlinkSync(source, target);
  }
}

/** Whether a revision has a file. */
export const hasFile = (tree: string, file: string): boolean => existsSync(join(tree, file));
