// WebP: a RIFF file, which is a row of chunks, each with its type, size, data, and a byte of padding
// after data of odd size. Structure: RFC 9649, sections 2.3 to 2.7.
import { DamagedPhoto } from "./damaged-photo";
import { KeptBytes } from "./kept-bytes";
import { limited } from "./limited-parts";
import { orientationBlock, orientationOf, UPRIGHT, type Orientation } from "./orientation";

/** "RIFF", the size of all that follows it, and "WEBP". */
const FILE_HEAD_BYTES = 12;
const SIZE_OFFSET = 4;
/** Type and size before a chunk's data. */
const HEAD_BYTES = 8;
/** What comes before the chunks inside of a frame of an animation (2.7.1.1). */
const FRAME_HEAD_BYTES = 16;

/** Bits of the first byte of chunk VP8X (2.7). */
const FLAG = { profile: 0x20, alpha: 0x10, exif: 0x08, animation: 0x02 } as const;
const EXTENDED_BYTES = 10;

/** At most one of each is part of the picture; VP8 and VP8L are two ways to write the same one. */
const SINGLE: Readonly<Record<string, string>> = {
  ICCP: "profile",
  ANIM: "animation",
  ALPH: "alpha",
  "VP8 ": "picture",
  VP8L: "picture",
};
const OF_FRAME = new Set(["ALPH", "VP8 ", "VP8L"]);

/** Some programs put this before the EXIF block, as it is in JPEG. */
const EXIF_PREFIX = Buffer.from("Exif\0\0", "latin1");

interface Chunk {
  type: string;
  start: number;
  /** After the data; a byte of padding may follow. */
  dataEnd: number;
  end: number;
}

/** Throws DamagedPhoto. */
export function stripWebp(photo: Buffer): Buffer {
  const fileEnd = endOfFile(photo);
  const isExtended = photo.toString("latin1", FILE_HEAD_BYTES, FILE_HEAD_BYTES + 4) === "VP8X";
  const exif = isExtended ? exifOf(photo, fileEnd) : undefined;
  const kept = new KeptBytes(photo);
  kept.keep(0, FILE_HEAD_BYTES);
  const seen = new Set<string>();
  for (const chunk of limited(chunksOf(photo, FILE_HEAD_BYTES, fileEnd))) {
    if (chunk.start === FILE_HEAD_BYTES && isExtended) {
      keepExtendedHead(photo, chunk, exif !== undefined, kept);
    } else if (chunk.start === exif?.chunk.start) {
      keepOrReplace(photo, chunk, chunkOf("EXIF", orientationBlock(exif.orientation)), kept);
    } else if (isExtended || SINGLE[chunk.type] === "picture") {
      keepPicture(photo, chunk, kept, seen);
    }
  }
  if (!seen.has("picture")) throw new DamagedPhoto("there is no picture in it");
  return withSize(kept);
}

/** Where the RIFF file ends; what the file has beyond it is something else. */
function endOfFile(photo: Buffer): number {
  const isWebp =
    photo.length >= FILE_HEAD_BYTES &&
    photo.toString("latin1", 0, 4) === "RIFF" &&
    photo.toString("latin1", 8, FILE_HEAD_BYTES) === "WEBP";
  if (!isWebp) throw new DamagedPhoto("it doesn't begin like a WebP picture");
  const end = HEAD_BYTES + photo.readUInt32LE(SIZE_OFFSET);
  if (end > photo.length) throw new DamagedPhoto("it ends before the picture does");
  return end;
}

function* chunksOf(photo: Buffer, start: number, end: number): Generator<Chunk> {
  for (let at = start; at + HEAD_BYTES <= end;) {
    const size = photo.readUInt32LE(at + SIZE_OFFSET);
    const dataEnd = at + HEAD_BYTES + size;
    if (dataEnd > end) throw new DamagedPhoto(`the part at byte ${at} isn't whole`);
    const type = photo.toString("latin1", at, at + 4);
    // The last padding of a file is sometimes missing.
    const chunk = { type, start: at, dataEnd, end: Math.min(dataEnd + (size % 2), end) };
    yield chunk;
    at = chunk.end;
  }
}

/** The EXIF chunk that counts, if it turns the picture. It counts only if chunk VP8X announces it. */
function exifOf(
  photo: Buffer,
  fileEnd: number,
): { chunk: Chunk; orientation: Orientation } | undefined {
  if (((photo[FILE_HEAD_BYTES + HEAD_BYTES] ?? 0) & FLAG.exif) === 0) return undefined;
  for (const chunk of limited(chunksOf(photo, FILE_HEAD_BYTES, fileEnd))) {
    if (chunk.type !== "EXIF") continue;
    const data = photo.subarray(chunk.start + HEAD_BYTES, chunk.dataEnd);
    const hasPrefix = data.subarray(0, EXIF_PREFIX.length).equals(EXIF_PREFIX);
    const orientation = orientationOf(hasPrefix ? data.subarray(EXIF_PREFIX.length) : data);
    return orientation === UPRIGHT ? undefined : { chunk, orientation };
  }
  return undefined;
}

function keepExtendedHead(photo: Buffer, chunk: Chunk, hasExif: boolean, kept: KeptBytes): void {
  const data = photo.subarray(chunk.start + HEAD_BYTES, chunk.dataEnd);
  if (data.length < EXTENDED_BYTES) throw new DamagedPhoto("its header isn't whole");
  const wanted = Buffer.from(data.subarray(0, EXTENDED_BYTES));
  const ofPicture = data.readUInt8() & (FLAG.profile | FLAG.alpha | FLAG.animation);
  wanted.writeUInt32LE(ofPicture | (hasExif ? FLAG.exif : 0)); // with the three reserved bytes
  keepOrReplace(photo, chunk, chunkOf("VP8X", wanted), kept);
}

function keepPicture(photo: Buffer, chunk: Chunk, kept: KeptBytes, seen: Set<string>): void {
  if (chunk.type === "ANMF") {
    seen.add("picture");
    keepFrame(photo, chunk, kept);
    return;
  }
  const part = SINGLE[chunk.type];
  if (part === undefined || seen.has(part)) return;
  seen.add(part);
  kept.keep(chunk.start, chunk.end);
  const isPadded = (chunk.end - chunk.start) % 2 === 0;
  if (!isPadded) kept.insert(Buffer.alloc(1));
}

/** One picture of an animation, without what it has beside its picture. */
function keepFrame(photo: Buffer, frame: Chunk, kept: KeptBytes): void {
  const first = frame.start + HEAD_BYTES + FRAME_HEAD_BYTES;
  if (first > frame.dataEnd) throw new DamagedPhoto(`the part at byte ${frame.start} isn't whole`);
  let keptBytes = 0;
  for (const { type, start, end } of limited(chunksOf(photo, first, frame.dataEnd))) {
    if (OF_FRAME.has(type)) keptBytes += end - start;
  }
  if (keptBytes % 2 === 1) throw new DamagedPhoto(`the part at byte ${frame.start} isn't whole`);
  const head = Buffer.from(photo.subarray(frame.start, first));
  head.writeUInt32LE(FRAME_HEAD_BYTES + keptBytes, SIZE_OFFSET);
  keepOrReplace(photo, { ...frame, end: first }, head, kept);
  for (const { type, start, end } of limited(chunksOf(photo, first, frame.dataEnd))) {
    if (OF_FRAME.has(type)) kept.keep(start, end);
  }
}

function keepOrReplace(
  photo: Buffer,
  { start, end }: Pick<Chunk, "start" | "end">,
  wanted: Buffer,
  kept: KeptBytes,
): void {
  if (wanted.equals(photo.subarray(start, end))) kept.keep(start, end);
  else kept.insert(wanted);
}

/** Of data of even size. */
function chunkOf(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(HEAD_BYTES + data.length);
  chunk.write(type, "latin1");
  chunk.writeUInt32LE(data.length, SIZE_OFFSET);
  chunk.set(data, HEAD_BYTES);
  return chunk;
}

/** With the size that the file has now. */
function withSize(kept: KeptBytes): Buffer {
  const { bytes, isShared } = kept.result();
  const size = bytes.length - HEAD_BYTES;
  if (bytes.readUInt32LE(SIZE_OFFSET) === size) return bytes;
  const own = isShared ? Buffer.from(bytes) : bytes;
  own.writeUInt32LE(size, SIZE_OFFSET);
  return own;
}
