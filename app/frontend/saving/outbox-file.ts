// How one accepted photo lies in the outbox: a single file, so that one rename makes it exist as a whole.
//
//   offset  bytes  what
//   0       8      "FLOUTBX1": this format, version 1
//   8       4      length of the facts, unsigned big-endian
//   12      32     SHA-256 of all the other bytes, in their order
//   44      …      facts: JSON in UTF-8
//   …       …      photo: its bytes as they were uploaded
//
// The hash tells a file that a disk damaged from one that is whole; files are complete by their rename.
import { createHash } from "node:crypto";
import type { NewPrediction } from "@feedback-loop/database";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** A photo and the facts about it: all that the object and the row are made of. */
export interface OutboxItem {
  prediction: NewPrediction;
  photo: Buffer;
}

/** The file isn't an outbox item of this format, or isn't the bytes that were written. */
export class DamagedItem extends Error {
  override readonly name = "DamagedItem";
}

export const HEADER_BYTES = 44;
/** Most bytes that header and facts take; really about 700. */
export const FACTS_ALLOWANCE_BYTES = 4096;

const MAGIC = Buffer.from("FLOUTBX1", "latin1");
const HASH_OFFSET = 12;

const Facts = Type.Object({
  id: Type.String(),
  objectKey: Type.String(),
  classIndex: Type.Integer(),
  probability: Type.Number(),
  probabilities: Type.Array(Type.Number()),
  modelVersion: Type.String(),
  variant: Type.String(),
  predictedAt: Type.String(),
});

/** The parts of the file in order; kept apart so that the photo isn't copied. */
export function encodeItem({ prediction, photo }: OutboxItem): Buffer[] {
  const content: Static<typeof Facts> = {
    ...prediction,
    predictedAt: prediction.predictedAt.toISOString(),
  };
  const facts = Buffer.from(JSON.stringify(content), "utf8");
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32BE(facts.length, MAGIC.length);
  hashOf(header, facts, photo).copy(header, HASH_OFFSET);
  return [header, facts, photo];
}

/** Throws DamagedItem. */
export function decodeItem(file: Buffer): OutboxItem {
  const end = HEADER_BYTES + factsLength(file);
  const facts = file.subarray(HEADER_BYTES, end);
  const photo = file.subarray(end);
  if (!hashOf(file, facts, photo).equals(file.subarray(HASH_OFFSET, HEADER_BYTES))) {
    throw new DamagedItem("the content doesn't have the hash that was written with it");
  }
  return { prediction: decodeFacts(facts), photo };
}

/** Length of the facts in bytes, from the first HEADER_BYTES of a file. Throws DamagedItem. */
export function factsLength(header: Buffer): number {
  if (header.length < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new DamagedItem("the file doesn't begin like an outbox item of version 1");
  }
  return header.readUInt32BE(MAGIC.length);
}

/** Throws DamagedItem. */
export function decodeFacts(facts: Buffer): NewPrediction {
  const content = parse(facts);
  if (!Value.Check(Facts, content)) throw new DamagedItem("the facts aren't those of a prediction");
  return { ...content, predictedAt: new Date(content.predictedAt) };
}

function parse(facts: Buffer): unknown {
  try {
    return JSON.parse(facts.toString("utf8"));
  } catch (cause) {
    throw new DamagedItem("the facts aren't JSON", { cause });
  }
}

function hashOf(header: Buffer, facts: Buffer, photo: Buffer): Buffer {
  const begin = header.subarray(0, HASH_OFFSET);
  return createHash("sha256").update(begin).update(facts).update(photo).digest();
}
