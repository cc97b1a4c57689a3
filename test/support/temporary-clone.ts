// A git repository of a test's own with this clone's files as they are now, also those that aren't committed yet.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Result, run, succeed } from "../../cli/processes";
import { root } from "./test-stack";

export class TemporaryClone {
  /** Beside those of the test's own process. */
  variables: NodeJS.ProcessEnv = {};
  readonly folder = join(mkdtempSync(join(tmpdir(), "feedback-loop-clone-")), "clone");

  /** `paths`: what is copied; everything when it is left out. */
  static async create(...paths: string[]): Promise<TemporaryClone> {
    const clone = new TemporaryClone();
    const listed = ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ...paths];
    const files = (await succeed("git", ["-C", root, ...listed])).split("\0").filter(Boolean);
    for (const file of files) cpSync(join(root, file), join(clone.folder, file));
    symlinkSync(join(root, "node_modules"), join(clone.folder, "node_modules"));
    await clone.git("init", "--quiet", "--initial-branch", "main");
    // The link isn't a folder, which is what .gitignore speaks of.
    writeFileSync(join(clone.folder, ".git/info/exclude"), "node_modules\n");
    return clone;
  }

  async git(...args: string[]): Promise<string> {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    return succeed("git", ["-C", this.folder, ...identity, ...args]);
  }

  async commit(): Promise<void> {
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", "test");
  }

  write(file: string, content: string): void {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  /** Runs one of the clone's commands, without the step that looks after its packages. */
  command(...args: string[]): Promise<Result> {
    const program = ["--import", "tsx", join(this.folder, "cli/main.ts")];
    const env = { ...process.env, ...this.variables };
    return run(process.execPath, [...program, ...args], { cwd: this.folder, env });
  }

  /** Like `command`, but fails the test with the command's own words. Resolves with its output. */
  async succeed(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.command(...args);
    if (exitCode === 0) return stdout;
    throw new Error(`${args.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  }

  dispose(): void {
    rmSync(dirname(this.folder), { recursive: true });
  }
}
