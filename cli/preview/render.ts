// One tree's program rendered: its settings read, the program run by itself, what it asked for read back.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError } from "../command";
import { lastLines, run } from "../processes";
import type { RenderRequest } from "./render-program";
import type { Rendering } from "./rendering";
import { completed, readProject, readSettings } from "./settings";

export interface RenderOptions {
  /** The clone, or a work tree of another revision. */
  tree: string;
  stack: string;
  /** Folder of the stack's settings; the tree itself if it has them. */
  settingsFolder: string;
  /** Key of the secrets' fingerprints: renderings that are compared need the same. */
  salt: string;
  /** For messages: which program. */
  what: string;
}

const timeoutSeconds = 120;

export async function render(options: RenderOptions): Promise<Rendering> {
  const { tree, stack, settingsFolder, salt, what } = options;
  const { name, main } = readProject(tree);
  const { settings, missing } = completed(name, readSettings(tree, stack, settingsFolder));
  if (missing.length > 0)
    console.error(
      `${what}: stack "${stack}" doesn't set ${missing.join(" and ")}; shown is a stand-in`,
    );
  const folder = mkdtempSync(join(tmpdir(), "feedback-loop-preview-"));
  const request: RenderRequest = {
    program: resolve(tree, main),
    project: name,
    stack,
    config: settings,
    // The same from every machine and every work tree.
    shown: {
      salt,
      aliases: [
        [tree, "(clone)"],
        [`${hostname()}:(clone)`, "(machine):(clone)"],
      ],
    },
    file: join(folder, "rendering.json"),
  };
  try {
    await runProgram(request, what);
    return JSON.parse(readFileSync(request.file, "utf8")) as Rendering;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runProgram(request: RenderRequest, what: string): Promise<void> {
  const tsx = pathToFileURL(createRequire(__filename).resolve("tsx")).href;
  const { PATH, HOME, TMPDIR } = process.env;
  const result = await run(
    process.execPath,
    ["--import", tsx, join(__dirname, "render-program.ts")],
    {
      // Where Pulumi would run it.
      cwd: request.program,
      // Nothing else: neither credentials nor what differs between people may reach the program.
      env: { PATH, HOME, ...(TMPDIR && { TMPDIR }) },
      input: JSON.stringify(request),
      timeoutSeconds,
    },
  );
  if (result.exitCode !== 0)
    throw new CommandError(
      `The program of ${what} can't be rendered:\n${lastLines(result.stderr || result.stdout || "it doesn't end")}`,
    );
}
