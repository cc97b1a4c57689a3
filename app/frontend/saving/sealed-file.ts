// How anything lies in the outbox: a single file, so that one rename makes it exist as a whole.
//
//   offset  bytes  what
//   0       8      what kind of file this is, and the version of its format
//   8       4      length of the facts, unsigned big-endian
//   12      32     SHA-256 of all the other bytes, in their order
//   44      …      facts: JSON in UTF-8
//   …       …      body: bytes as they are, or nothing
//
// The hash tells a file that a disk damaged from one that is whole; files are complete by their rename.
import { createHash } from "node:crypto";

/** The file isn't one of its kind, or isn't the bytes that were written. */
export class DamagedItem extends Error {
  override readonly name = "DamagedItem";
}

export const HEADER_BYTES = 44;

const KIND_BYTES = 8;
const HASH_OFFSET = 12;
/** Far more than any facts have: a length that a disk damaged must not take the memory. */
const MAX_FACTS_BYTES = 2 ** 20;

/** The parts of the file in order; kept apart so that the body isn't copied. `kind`: 8 characters. */
export function seal(kind: string, content: object, body: Buffer = Buffer.alloc(0)): Buffer[] {
  const facts = Buffer.from(JSON.stringify(content), "utf8");
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(kind, "latin1");
  header.writeUInt32BE(facts.length, KIND_BYTES);
  hashOf(header, facts, body).copy(header, HASH_OFFSET);
  return [header, facts, body];
}

/** Facts, still as JSON text, and body of a whole file. Throws DamagedItem. */
export function unseal(kind: string, file: Buffer): { facts: Buffer; body: Buffer } {
  const end = HEADER_BYTES + factsLength(kind, file);
  const facts = file.subarray(HEADER_BYTES, end);
  const body = file.subarray(end);
  if (!hashOf(file, facts, body).equals(file.subarray(HASH_OFFSET, HEADER_BYTES))) {
    throw new DamagedItem("the content doesn't have the hash that was written with it");
  }
  return { facts, body };
}

/** Length of the facts in bytes, from the first HEADER_BYTES of a file. Throws DamagedItem. */
export function factsLength(kind: string, header: Buffer): number {
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, KIND_BYTES) !== kind) {
    throw new DamagedItem(`the file doesn't begin with "${kind}"`);
  }
  const length = header.readUInt32BE(KIND_BYTES);
  if (length > MAX_FACTS_BYTES) throw new DamagedItem(`the facts can't have ${length} bytes`);
  return length;
}

/** Throws DamagedItem. */
export function parseFacts(facts: Buffer): unknown {
  try {
    return JSON.parse(facts.toString("utf8"));
  } catch (cause) {
    throw new DamagedItem("the facts aren't JSON", { cause });
  }
}

function hashOf(header: Buffer, facts: Buffer, body: Buffer): Buffer {
  const begin = header.subarray(0, HASH_OFFSET);
  return createHash("sha256").update(begin).update(facts).update(body).digest();
}
