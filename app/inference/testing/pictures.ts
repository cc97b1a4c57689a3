// Pictures that a stranger may send, made of real ones.
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { realPhoto } from "./material";

/** A new copy each time, because classifying moves a photo away. */
export const egg = () => realPhoto("food11_3_411.jpg");
const square = () => sharp(egg()).resize(224, 224);

export const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50"><rect width="9" height="9"/></svg>';

/** Unusual ones, each of which is a picture all the same. */
export const unusualPictures: Record<string, () => Promise<Buffer>> = {
  "CMYK JPEG": () => square().toColourspace("cmyk").jpeg().toBuffer(),
  "grey JPEG": () => square().greyscale().toColourspace("b-w").jpeg().toBuffer(),
  "16-bit PNG": () => square().toColourspace("rgb16").png().toBuffer(),
  "transparent PNG": () => square().ensureAlpha(0.3).png().toBuffer(),
  "animated WebP": async () => {
    const frames = [egg(), realPhoto("food11_10_36.jpg")].map((photo) =>
      sharp(photo).resize(224, 224).png().toBuffer(),
    );
    return sharp(await Promise.all(frames), { join: { animated: true } })
      .webp()
      .toBuffer();
  },
};

/** Also a ZIP archive: behind the picture stands the end of an empty one (APPNOTE.TXT 4.3.16). */
export function jpegWithZip(): Buffer<ArrayBuffer> {
  return Buffer.concat([egg(), Buffer.from("PK\x05\x06", "latin1"), Buffer.alloc(18)]);
}

/** With a script in a comment, right after its start (ITU-T T.81, B.2.4.5). */
export function jpegWithHtml(): Buffer<ArrayBuffer> {
  const comment = "<script>alert(1)</script>";
  const segment = Buffer.alloc(4);
  segment.writeUInt16BE(0xfffe, 0);
  segment.writeUInt16BE(comment.length + 2, 2);
  const [start, rest] = [egg().subarray(0, 2), egg().subarray(2)];
  return Buffer.concat([start, segment, Buffer.from(comment), rest]);
}

/** A small PNG that claims a size; the checksum of its header is right, so it is believed. */
export function pngDeclaring(width: number, height: number): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(17);
  header.write("IHDR", 0, "latin1");
  header.writeUInt32BE(width, 4);
  header.writeUInt32BE(height, 8);
  header.set([8, 2, 0, 0, 0], 12); // 8 bits, RGB
  const chunk = Buffer.alloc(25);
  chunk.writeUInt32BE(13, 0);
  header.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(header), 21);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = Buffer.from("0000000c49444154789c636000020000050001", "hex"); // the start of an IDAT
  return Buffer.concat([signature, chunk, data]);
}

/** A real JPEG whose frame header claims another size (ITU-T T.81, B.2.2: SOF0 or SOF2). */
export function jpegDeclaring(width: number, height: number): Buffer<ArrayBuffer> {
  const jpeg = Buffer.from(egg());
  let at = 2;
  while (![0xc0, 0xc2].includes(jpeg[at + 1] ?? 0)) at += 2 + jpeg.readUInt16BE(at + 2);
  jpeg.writeUInt16BE(height, at + 5);
  jpeg.writeUInt16BE(width, at + 7);
  return jpeg;
}
