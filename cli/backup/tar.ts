// Tar files, as far as a backup needs them: regular files, written one after the other in one pass, and read at random.
// POSIX's own form (IEEE 1003.1, pax), so that any tar program opens a backup; names that don't fit have a pax record.
import { type Hash, createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

const blockBytes = 512;
/** The largest size that fits its field as octal digits; beyond, it is written as a number (GNU, star, BSD). */
const largestOctalSize = 8 ** 11 - 1;
const longestPlainName = 100;

/** Where the parts of a header are. */
const field = {
  name: { at: 0, bytes: 100 },
  mode: { at: 100, bytes: 8 },
  user: { at: 108, bytes: 8 },
  group: { at: 116, bytes: 8 },
  size: { at: 124, bytes: 12 },
  time: { at: 136, bytes: 12 },
  checksum: { at: 148, bytes: 8 },
  type: { at: 156, bytes: 1 },
  magic: { at: 257, bytes: 8 },
} as const;

const regularFile = "0";
const paxRecords = "x";

/** What was written of a file, or read. */
export interface Content {
  bytes: number;
  sha256: string;
}

export class TarWriter {
  private position = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly time = new Date(),
  ) {}

  /** Adds a file of whatever length; its size is put before it once it is known. */
  async add(name: string, chunks: AsyncIterable<Uint8Array>): Promise<Content> {
    if (!isPlain(name)) await this.addRecords(name);
    const header = this.position;
    await this.write(this.header(plainName(name), regularFile, 0));
    const hash = createHash("sha256");
    const start = this.position;
    for await (const chunk of chunks) {
      hash.update(chunk);
      await this.write(chunk);
    }
    const bytes = this.position - start;
    await this.fill(bytes);
    await this.writeAt(this.header(plainName(name), regularFile, bytes), header);
    return { bytes, sha256: hash.digest("hex") };
  }

  /** Two empty blocks are the end of a tar file. */
  async end(): Promise<void> {
    await this.write(Buffer.alloc(2 * blockBytes));
    await this.file.sync();
  }

  private async addRecords(name: string): Promise<void> {
    const records = Buffer.from(paxRecord("path", name));
    await this.write(this.header("pax", paxRecords, records.length));
    await this.write(records);
    await this.fill(records.length);
  }

  private header(name: string, type: string, size: number): Buffer {
    const block = Buffer.alloc(blockBytes);
    block.write(name, field.name.at, "ascii");
    block.write(octal(0o600, field.mode.bytes), field.mode.at);
    block.write(octal(0, field.user.bytes), field.user.at);
    block.write(octal(0, field.group.bytes), field.group.at);
    if (size > largestOctalSize) {
      block.writeBigUInt64BE(BigInt(size), field.size.at + 4);
      block[field.size.at] = 0x80;
    } else block.write(octal(size, field.size.bytes), field.size.at);
    block.write(octal(Math.floor(this.time.getTime() / 1000), field.time.bytes), field.time.at);
    block.write(type, field.type.at);
    block.write("ustar\0" + "00", field.magic.at);
    block.write(`${octal(checksumOf(block), 7)}\0 `, field.checksum.at);
    return block;
  }

  private fill(bytes: number): Promise<void> {
    return this.write(Buffer.alloc(padding(bytes)));
  }

  private async write(chunk: Uint8Array): Promise<void> {
    await this.writeAt(chunk, this.position);
    this.position += chunk.length;
  }

  private async writeAt(chunk: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < chunk.length) {
      const rest = chunk.subarray(written);
      written += (await this.file.write(rest, 0, rest.length, position + written)).bytesWritten;
    }
  }
}

/** A file inside a tar file. */
export interface TarEntry {
  name: string;
  bytes: number;
  /** Where its content starts. */
  position: number;
}

/** A tar file that is cut off, or none at all. */
export class NotATar extends Error {
  override readonly name = "NotATar";
}

/** The files in a tar file, in their order. */
export async function* tarEntries(file: FileHandle): AsyncGenerator<TarEntry> {
  let position = 0;
  let longName: string | undefined;
  for (;;) {
    const block = await readBytes(file, position, blockBytes);
    if (block.every((byte) => byte === 0)) return;
    const { name, type, bytes } = readHeader(block);
    const content = position + blockBytes;
    position = content + bytes + padding(bytes);
    if (type === paxRecords) longName = readPath(await readBytes(file, content, bytes));
    else {
      if (type === regularFile) yield { name: longName ?? name, bytes, position: content };
      longName = undefined;
    }
  }
}

const chunkBytes = 1024 ** 2;

/** The content of a file inside a tar file, in pieces. */
export async function* contentOf(
  file: FileHandle,
  { position, bytes }: TarEntry,
): AsyncGenerator<Buffer> {
  for (let done = 0; done < bytes; done += chunkBytes)
    yield await readBytes(file, position + done, Math.min(chunkBytes, bytes - done));
}

async function readBytes(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let read = 0;
  while (read < bytes) {
    const { bytesRead } = await file.read(buffer, read, bytes - read, position + read);
    if (bytesRead === 0) throw new NotATar("the file ends before its content does");
    read += bytesRead;
  }
  return buffer;
}

function readHeader(block: Buffer): { name: string; type: string; bytes: number } {
  const text = ({ at, bytes }: { at: number; bytes: number }) =>
    block.toString("utf8", at, at + bytes).replace(/\0.*$/s, "");
  if (Number.parseInt(text(field.checksum), 8) !== checksumOf(block))
    throw new NotATar("a header in it is damaged");
  const isNumber = block[field.size.at] === 0x80;
  return {
    name: text(field.name),
    type: text(field.type) || regularFile,
    bytes: isNumber
      ? Number(block.readBigUInt64BE(field.size.at + 4))
      : Number.parseInt(text(field.size), 8),
  };
}

/** The sum of a header's bytes, with blanks where the sum itself is. */
function checksumOf(block: Buffer): number {
  const { at, bytes } = field.checksum;
  return block.reduce((sum, byte, index) => {
    const isSum = index >= at && index < at + bytes;
    return sum + (isSum ? 0x20 : byte);
  }, 0);
}

const octal = (value: number, bytes: number) => value.toString(8).padStart(bytes - 1, "0");
const padding = (bytes: number) => (blockBytes - (bytes % blockBytes)) % blockBytes;
const isPlain = (name: string) => /^[\x20-\x7e]*$/.test(name) && name.length <= longestPlainName;
/** For programs that don't know pax: what fits of the name. */
const plainName = (name: string) => name.replace(/[^\x20-\x7e]/g, "_").slice(0, longestPlainName);

/** `LENGTH NAME=VALUE\n`, where the length counts itself. */
function paxRecord(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  const length = Buffer.byteLength(rest);
  let total = length + String(length).length;
  if (String(total).length > String(length).length) total += 1;
  return `${total}${rest}`;
}

function readPath(records: Buffer): string | undefined {
  let rest = records;
  while (rest.length > 0) {
    const length = Number.parseInt(rest.toString("latin1", 0, 20), 10);
    if (!(length > 0)) throw new NotATar("a record in it is damaged");
    const record = rest.toString("utf8", 0, length - 1);
    const [, name, value] = /^\d+ ([^=]*)=(.*)$/s.exec(record) ?? [];
    if (name === "path") return value;
    rest = rest.subarray(length);
  }
  return undefined;
}

/** Length and hash of what is read. */
export async function measured(chunks: AsyncIterable<Uint8Array>): Promise<Content> {
  const hash: Hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}
