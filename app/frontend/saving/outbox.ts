// The outbox: accepted photos that aren't in the stores yet, on a volume of its own. What `put` has
// answered for survives a crash of the process or the machine.
//
//   <id>.part     being written; never accepted, thrown away at the next start
//   <id>.item     accepted (format: outbox-file.ts)
//   <id>.damaged  an item whose bytes a disk changed: kept for a person to look at, never retried
import * as nodeFiles from "node:fs/promises";
import { join } from "node:path";
import type { NewPrediction } from "@feedback-loop/database";
import { OutboxFull } from "../problems";
import {
  decodeFacts,
  decodeItem,
  encodeItem,
  FACTS_ALLOWANCE_BYTES,
  factsLength,
  HEADER_BYTES,
  type OutboxItem,
} from "./outbox-file";

/** The file operations used; tests pass ones that fail or end the process at a chosen step. */
export type Files = Pick<
  typeof nodeFiles,
  "access" | "constants" | "mkdir" | "open" | "readdir" | "readFile" | "rename" | "rm" | "stat"
>;

interface Entry {
  bytes: number;
  acceptedAt: number;
}

export interface OutboxState {
  /** Items that wait to be saved. */
  depth: number;
  bytes: number;
  limitBytes: number;
  /** Seconds since the oldest item was accepted; 0 without items. */
  oldestAgeSeconds: number;
}

export class Outbox {
  private readonly entries = new Map<string, Entry>();
  private reservedBytes = 0;

  private constructor(
    private readonly directory: string,
    private readonly limitBytes: number,
    private readonly files: Files,
  ) {}

  /** Opens the folder, made if it isn't there, with the items that an earlier process left. */
  static async open(directory: string, limitBytes: number, files: Files = nodeFiles) {
    const outbox = new Outbox(directory, limitBytes, files);
    await files.mkdir(directory, { recursive: true });
    await outbox.recover();
    return outbox;
  }

  /**
   * Runs `work` with room for a photo of this size held for it, so that a photo that is accepted fits.
   * Throws OutboxFull, before `work` begins, if there is no room.
   */
  async withRoomFor<T>(photoBytes: number, work: () => Promise<T>): Promise<T> {
    const bytes = photoBytes + FACTS_ALLOWANCE_BYTES;
    if (this.usedBytes() + this.reservedBytes + bytes > this.limitBytes) throw new OutboxFull();
    this.reservedBytes += bytes;
    try {
      return await work();
    } finally {
      this.reservedBytes -= bytes;
    }
  }

  /** Accepts the item: once this resolves, it is on the disk. Throws OutboxFull if the disk is. */
  async put(item: OutboxItem): Promise<void> {
    const { id } = item.prediction;
    try {
      const bytes = await this.write(id, encodeItem(item));
      this.entries.set(id, { bytes, acceptedAt: Date.now() });
    } catch (error) {
      // Not accepted: nothing of it may be saved later. What can't be removed now goes at the next start.
      await this.files.rm(this.path(id, "part"), { force: true }).catch(() => undefined);
      await this.files.rm(this.path(id, "item"), { force: true }).catch(() => undefined);
      throw isDiskFull(error) ? new OutboxFull({ cause: error }) : error;
    }
  }

  /** The item, or undefined if it isn't here (any more). Throws DamagedItem. */
  async read(id: string): Promise<OutboxItem | undefined> {
    if (!this.entries.has(id)) return undefined;
    const file = await unlessMissing(this.files.readFile(this.path(id, "item")));
    return file && decodeItem(file);
  }

  /** The facts alone, without reading the photo. Throws DamagedItem. */
  async readFacts(id: string): Promise<NewPrediction | undefined> {
    if (!this.entries.has(id)) return undefined;
    const handle = await unlessMissing(this.files.open(this.path(id, "item"), "r"));
    if (!handle) return undefined;
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      const { bytesRead } = await handle.read(header, 0, HEADER_BYTES, 0);
      const facts = Buffer.alloc(factsLength(header.subarray(0, bytesRead)));
      await handle.read(facts, 0, facts.length, HEADER_BYTES);
      return decodeFacts(facts);
    } finally {
      await handle.close();
    }
  }

  /** Forgets an item that is saved. After a crash it may come back, and is saved again to the same end. */
  async remove(id: string): Promise<void> {
    await this.files.rm(this.path(id, "item"), { force: true });
    this.entries.delete(id);
  }

  /** Takes a damaged item out of the way of the others and keeps it. */
  async setAside(id: string): Promise<void> {
    await this.files.rename(this.path(id, "item"), this.path(id, "damaged"));
    this.entries.delete(id);
  }

  /** Ids of the items that wait, oldest first. */
  waiting(): string[] {
    return [...this.entries].sort(([, a], [, b]) => a.acceptedAt - b.acceptedAt).map(([id]) => id);
  }

  state(): OutboxState {
    const oldest = Math.min(...[...this.entries.values()].map(({ acceptedAt }) => acceptedAt));
    return {
      depth: this.entries.size,
      bytes: this.usedBytes(),
      limitBytes: this.limitBytes,
      oldestAgeSeconds: this.entries.size === 0 ? 0 : Math.max(0, Date.now() - oldest) / 1000,
    };
  }

  /** Rejects if the folder can't be written to. */
  async checkWritable(): Promise<void> {
    await this.files.access(this.directory, this.files.constants.W_OK);
  }

  /** Writes, and makes durable in the order that counts: content, then name. Returns its size. */
  private async write(id: string, parts: Buffer[]): Promise<number> {
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    const handle = await this.files.open(this.path(id, "part"), "wx", 0o600);
    try {
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await this.files.rename(this.path(id, "part"), this.path(id, "item"));
    await this.syncDirectory();
    return bytes;
  }

  /** A rename is on the disk once its directory is (fsync(2)). */
  private async syncDirectory(): Promise<void> {
    const handle = await this.files.open(this.directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  private async recover(): Promise<void> {
    for (const name of await this.files.readdir(this.directory)) {
      const path = join(this.directory, name);
      if (name.endsWith(".part")) await this.files.rm(path, { force: true });
      if (!name.endsWith(".item")) continue;
      const { size, mtimeMs } = await this.files.stat(path);
      this.entries.set(name.slice(0, -".item".length), { bytes: size, acceptedAt: mtimeMs });
    }
    // An item that was renamed just before a crash counts from here on.
    await this.syncDirectory();
  }

  private usedBytes(): number {
    let bytes = 0;
    for (const entry of this.entries.values()) bytes += entry.bytes;
    return bytes;
  }

  private path(id: string, suffix: "part" | "item" | "damaged"): string {
    return join(this.directory, `${id}.${suffix}`);
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
}
