// How a picture is to be turned before it is shown: the one thing in EXIF that its pixels need.
// Structure of EXIF, which is that of a TIFF file: CIPA DC-008-2019 (Exif 2.32), sections 4.5 and 4.6.

/** 1: as it is. 2 to 8: mirrored or turned, section 4.6.4 A, tag Orientation. */
export type Orientation = number;
export const UPRIGHT: Orientation = 1;

const LARGEST = 8;
const TAG = 0x0112;
const TYPE_SHORT = 3;
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;

/** Of an EXIF block that begins with the TIFF header. Upright if there is none, or none that means anything. */
export function orientationOf(tiff: Buffer): Orientation {
  const read = readerOf(tiff);
  if (read === undefined) return UPRIGHT;
  const directory = read.uint32(4);
  if (directory + 2 > tiff.length) return UPRIGHT;
  const first = directory + 2;
  const count = Math.min(
    read.uint16(directory),
    Math.floor((tiff.length - first) / ENTRY_BYTES), // a directory that is cut off
  );
  for (let entry = first; entry < first + count * ENTRY_BYTES; entry += ENTRY_BYTES) {
    if (read.uint16(entry) !== TAG) continue;
    const isNumber = read.uint16(entry + 2) === TYPE_SHORT && read.uint32(entry + 4) === 1;
    const value = read.uint16(entry + 8);
    return isNumber && value >= UPRIGHT && value <= LARGEST ? value : UPRIGHT;
  }
  return UPRIGHT;
}

/** The smallest EXIF block that says this and nothing else, from its TIFF header. */
export function orientationBlock(orientation: Orientation): Buffer {
  const block = Buffer.alloc(HEADER_BYTES + 2 + ENTRY_BYTES + 4);
  block.write("MM\0*", "latin1"); // big-endian
  block.writeUInt32BE(HEADER_BYTES, 4); // where the directory is
  block.writeUInt16BE(1, 8); // how many entries it has
  block.writeUInt16BE(TAG, 10);
  block.writeUInt16BE(TYPE_SHORT, 12);
  block.writeUInt32BE(1, 14); // how many numbers
  block.writeUInt16BE(orientation, 18);
  return block; // what is left is 0: the number's padding, and that no directory follows
}

interface Reader {
  uint16(at: number): number;
  uint32(at: number): number;
}

/** By the byte order that the TIFF header names; undefined if it is no such header. */
function readerOf(tiff: Buffer): Reader | undefined {
  if (tiff.length < HEADER_BYTES) return undefined;
  const isLittle = tiff.toString("latin1", 0, 4) === "II*\0";
  if (isLittle)
    return { uint16: (at) => tiff.readUInt16LE(at), uint32: (at) => tiff.readUInt32LE(at) };
  const isBig = tiff.toString("latin1", 0, 4) === "MM\0*";
  if (isBig)
    return { uint16: (at) => tiff.readUInt16BE(at), uint32: (at) => tiff.readUInt32BE(at) };
  return undefined;
}
