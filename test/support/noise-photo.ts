// Pictures of random pixels, as large as a test wants them: no two are alike, and noise can't be compressed.
import { randomBytes } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const bytesPerPixel = 3;

/** A square PNG of about so many bytes, with a comment in it that nobody should keep (RFC 2083). */
export function noisePhoto(bytes: number): Buffer {
  const side = Math.max(16, Math.round(Math.sqrt(bytes / bytesPerPixel)));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8); // bits a channel, RGB
  const unfiltered = Buffer.alloc(1);
  const rows = Array.from({ length: side }, () => [unfiltered, randomBytes(side * bytesPerPixel)]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("tEXt", Buffer.from("Comment\0taken at home")),
    chunk("IDAT", deflateSync(Buffer.concat(rows.flat()), { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}
