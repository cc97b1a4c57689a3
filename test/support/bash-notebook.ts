// Runs a notebook as Jupyter's Bash kernel does: all cells in one shell, each of them failing when its last command does.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";

export interface Cell {
  id: string;
  cell_type: "markdown" | "code";
  metadata: object;
  source: string[];
  outputs?: unknown[];
  execution_count?: number | null;
}

export interface Notebook {
  nbformat: number;
  metadata: { kernelspec: { name: string } };
  cells: Cell[];
}

export const readNotebook = (file: string): Notebook =>
  JSON.parse(readFileSync(file, "utf8")) as Notebook;

export const codeOf = ({ cells }: Notebook): { id: string; code: string }[] =>
  cells
    .filter(({ cell_type }) => cell_type === "code")
    .map(({ id, source }) => ({ id, code: source.join("") }));

export class BashKernel {
  private readonly shell: ChildProcessByStdio<Writable, Readable, null>;
  /** Ends what a cell prints; no cell knows it. */
  private readonly end = `end-of-cell-${randomBytes(8).toString("hex")}`;
  private printed = "";

  constructor(options: { cwd: string; env: NodeJS.ProcessEnv }) {
    // Of a group of its own, so that what a cell left running ends with it.
    this.shell = spawn("bash", ["--norc", "--noprofile"], {
      ...options,
      detached: true,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.shell.stdin.write("exec 2>&1\n");
    this.shell.stdout.setEncoding("utf8").on("data", (text: string) => (this.printed += text));
  }

  /** Resolves with what the cell printed; rejects when it failed. A cell has nobody to answer its questions. */
  async run(code: string): Promise<string> {
    this.printed = "";
    const word = `'${code.replaceAll("'", `'\\''`)}'`;
    this.shell.stdin.write(`eval ${word} </dev/null\nprintf '\\n${this.end} %s\\n' "$?"\n`);
    const [printed, exitCode] = await this.ended();
    if (exitCode !== "0") throw new Error(`the cell ended with ${exitCode}:\n${code}\n${printed}`);
    return printed;
  }

  /** Ends the shell and all that it started. */
  close(): void {
    try {
      process.kill(-this.shell.pid!, "SIGKILL");
    } catch {
      // It has ended.
    }
  }

  private ended(): Promise<[printed: string, exitCode: string]> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const [printed = "", rest] = this.printed.split(`\n${this.end} `);
        if (rest === undefined || !rest.includes("\n")) return;
        forget();
        resolve([printed, rest.trim()]);
      };
      const gone = () => {
        forget();
        reject(new Error(`the shell ended in the middle of a cell:\n${this.printed}`));
      };
      const forget = () => {
        this.shell.stdout.off("data", look);
        this.shell.off("close", gone);
      };
      this.shell.stdout.on("data", look);
      this.shell.on("close", gone);
    });
  }
}
