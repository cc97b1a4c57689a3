// PNG: a signature and a row of chunks, each with its length, type, data and checksum.
// Structure: Portable Network Graphics (PNG) Specification, third edition (W3C, 2025), sections 5 and 11.
import { crc32 } from "node:zlib";
import { DamagedPhoto } from "./damaged-photo";
import { KeptBytes } from "./kept-bytes";
import { limited } from "./limited-parts";
import { orientationBlock, orientationOf, UPRIGHT } from "./orientation";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Length and type before a chunk's data, and checksum after it. */
const HEAD_BYTES = 8;
const CHECKSUM_BYTES = 4;

/** Picture and palette, transparency, colours, resolution, background, animation. */
const NEEDED = new Set(
  "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT pHYs bKGD acTL fcTL fdAT".split(" "),
);
/** An upper-case first letter: the picture can't be shown without it (section 5.4). */
const CRITICAL = /^[A-Z]/;
const TYPE = /^[A-Za-z]{4}$/;

interface Chunk {
  type: string;
  start: number;
  end: number;
}

/** Throws DamagedPhoto. */
export function stripPng(photo: Buffer): Buffer {
  const kept = new KeptBytes(photo);
  kept.keep(0, SIGNATURE.length);
  let [hasExif, hasPicture] = [false, false];
  for (const chunk of limited(chunksOf(photo))) {
    hasPicture ||= chunk.type === "IDAT";
    if (NEEDED.has(chunk.type)) kept.keep(chunk.start, chunk.end);
    if (chunk.type !== "eXIf" || hasExif) continue;
    // Of several, the first one counts.
    hasExif = true;
    keepOrientation(photo, chunk, kept);
  }
  if (!hasPicture) throw new DamagedPhoto("there is no picture in it");
  return kept.result().bytes;
}

/** All chunks up to and with the last one, IEND. */
function* chunksOf(photo: Buffer): Generator<Chunk> {
  if (!photo.subarray(0, SIGNATURE.length).equals(SIGNATURE)) {
    throw new DamagedPhoto("it doesn't begin like a PNG picture");
  }
  let at = SIGNATURE.length;
  for (;;) {
    const chunk = chunkAt(photo, at);
    if ((chunk.type === "IHDR") !== (at === SIGNATURE.length)) {
      throw new DamagedPhoto("its header isn't at its beginning");
    }
    yield chunk;
    if (chunk.type === "IEND") return;
    at = chunk.end;
  }
}

function chunkAt(photo: Buffer, start: number): Chunk {
  if (start + HEAD_BYTES > photo.length) throw new DamagedPhoto("it ends before the picture does");
  const type = photo.toString("latin1", start + 4, start + HEAD_BYTES);
  const end = start + HEAD_BYTES + photo.readUInt32BE(start) + CHECKSUM_BYTES;
  if (!TYPE.test(type)) throw new DamagedPhoto(`there is something unknown at byte ${start}`);
  if (CRITICAL.test(type) && !NEEDED.has(type)) {
    throw new DamagedPhoto(`it has a part "${type}" that no PNG picture has`);
  }
  if (end > photo.length) throw new DamagedPhoto("it ends before the picture does");
  return { type, start, end };
}

function keepOrientation(photo: Buffer, { start, end }: Chunk, kept: KeptBytes): void {
  const orientation = orientationOf(photo.subarray(start + HEAD_BYTES, end - CHECKSUM_BYTES));
  if (orientation === UPRIGHT) return;
  const smallest = chunkOf("eXIf", orientationBlock(orientation));
  if (smallest.equals(photo.subarray(start, end))) kept.keep(start, end);
  else kept.insert(smallest);
}

/** The checksum is of type and data (section 5.5). */
function chunkOf(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(HEAD_BYTES + data.length + CHECKSUM_BYTES);
  chunk.writeUInt32BE(data.length);
  chunk.write(type, 4, "latin1");
  chunk.set(data, HEAD_BYTES);
  const end = HEAD_BYTES + data.length;
  chunk.writeUInt32BE(crc32(chunk.subarray(4, end)), end);
  return chunk;
}
