// Files that survive a crash of the process or the machine once `write` has resolved, each there as a
// whole or not at all.
//
//   <name>.part  being written; thrown away when the folder is opened again
//   <name>       written
import type * as nodeFiles from "node:fs/promises";
import { join } from "node:path";

/** The file operations used; tests pass ones that fail or end the process at a chosen step. */
export type Files = Pick<
  typeof nodeFiles,
  "access" | "constants" | "mkdir" | "open" | "readdir" | "readFile" | "rename" | "rm" | "stat"
>;

export interface WrittenFile {
  name: string;
  bytes: number;
  /** Milliseconds since 1970. */
  writtenAt: number;
}

export class DurableFolder {
  constructor(
    private readonly directory: string,
    private readonly files: Files,
  ) {}

  /** Makes the folder if it isn't there, and finds what is written in it. */
  async open(): Promise<WrittenFile[]> {
    await this.files.mkdir(this.directory, { recursive: true });
    const written: WrittenFile[] = [];
    for (const name of await this.files.readdir(this.directory)) {
      if (name.endsWith(".part")) {
        await this.files.rm(this.path(name), { force: true });
        continue;
      }
      const { size, mtimeMs } = await this.files.stat(this.path(name));
      written.push({ name, bytes: size, writtenAt: mtimeMs });
    }
    // A file that was renamed just before a crash counts from here on.
    await this.sync();
    return written;
  }

  /** Writes a new file of these parts, in the order that counts: content, then name. Returns its size. */
  async write(name: string, parts: readonly Buffer[]): Promise<number> {
    try {
      await this.writePart(name, parts);
      await this.files.rename(this.path(`${name}.part`), this.path(name));
      await this.sync();
    } catch (error) {
      // Nothing of it may be found later. A part that can't be removed now goes at the next opening.
      await this.files.rm(this.path(`${name}.part`), { force: true }).catch(() => undefined);
      await this.files.rm(this.path(name), { force: true }).catch(() => undefined);
      throw error;
    }
    return parts.reduce((sum, { length }) => sum + length, 0);
  }

  /** The whole file, or undefined if it isn't there. */
  read(name: string): Promise<Buffer | undefined> {
    return unlessMissing(this.files.readFile(this.path(name)));
  }

  /** What `work` makes of the open file, or undefined if it isn't there. */
  async reading<T>(
    name: string,
    work: (handle: nodeFiles.FileHandle) => Promise<T>,
  ): Promise<T | undefined> {
    const handle = await unlessMissing(this.files.open(this.path(name), "r"));
    if (!handle) return undefined;
    try {
      return await work(handle);
    } finally {
      await handle.close();
    }
  }

  /** A file that was removed may be back after a crash. */
  async remove(name: string): Promise<void> {
    await this.files.rm(this.path(name), { force: true });
  }

  async rename(from: string, to: string): Promise<void> {
    await this.files.rename(this.path(from), this.path(to));
  }

  /** Rejects if the folder can't be written to. */
  async checkWritable(): Promise<void> {
    await this.files.access(this.directory, this.files.constants.W_OK);
  }

  private async writePart(name: string, parts: readonly Buffer[]): Promise<void> {
    const handle = await this.files.open(this.path(`${name}.part`), "wx", 0o600);
    try {
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** A rename is on the disk once its directory is (fsync(2)). */
  private async sync(): Promise<void> {
    const handle = await this.files.open(this.directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  private path(name: string): string {
    return join(this.directory, name);
  }
}

/** Whether the failure means that the disk has no room. */
export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
