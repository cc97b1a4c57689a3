// The file system as a process has it that may end at any moment: what it was doing is done or not, and
// nothing of its own follows.
import * as realFiles from "node:fs/promises";
import type { Files } from "../durable-folder";

export class MortalFiles {
  private isDead = false;
  private readonly underWay = new Set<Promise<unknown>>();
  /** How open files are closed. */
  private readonly closing = new Set<() => Promise<void>>();

  readonly files: Files = {
    ...realFiles,
    mkdir: this.mortal(realFiles.mkdir),
    readdir: this.mortal(realFiles.readdir),
    readFile: this.mortal(realFiles.readFile),
    rename: this.mortal(realFiles.rename),
    rm: this.mortal(realFiles.rm),
    stat: this.mortal(realFiles.stat),
    open: this.mortal(async (...args: Parameters<Files["open"]>) => {
      const handle = await realFiles.open(...args);
      const close = handle.close.bind(handle);
      this.closing.add(close);
      handle.sync = this.mortal(handle.sync.bind(handle));
      handle.writeFile = this.mortal(handle.writeFile.bind(handle));
      handle.close = this.mortal(async () => {
        this.closing.delete(close);
        await close();
      });
      return handle;
    }),
  };

  /** The same operation; in a dead process it neither begins nor ends. */
  mortal<Operation extends (...args: never[]) => Promise<unknown>>(
    operation: Operation,
  ): Operation {
    return (async (...args: Parameters<Operation>) => {
      if (this.isDead) return forever();
      const running = operation(...args);
      this.underWay.add(running);
      try {
        return await running.finally(() => this.underWay.delete(running));
      } finally {
        if (this.isDead) await forever();
      }
    }) as Operation;
  }

  /** Ends the process. Resolves when the operating system is done with what was under way. */
  async die(): Promise<void> {
    this.isDead = true;
    await Promise.allSettled(this.underWay);
    await Promise.all([...this.closing].map((close) => close()));
  }
}

const forever = () => new Promise<never>(() => undefined);
