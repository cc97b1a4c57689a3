// What strip-metadata.test.ts can't have sharp write: chunks put in by hand.
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { DamagedPhoto } from "./damaged-photo";
import { orientationBlock } from "./orientation";
import { stripPng } from "./png";
import { plain } from "./testing/pictures";

function chunk(type: string, data: Buffer | string = ""): Buffer {
  const content = Buffer.concat([
    Buffer.from(type, "latin1"),
    Buffer.from(data as string, "latin1"),
  ]);
  const bytes = Buffer.alloc(content.length + 8);
  bytes.writeUInt32BE(content.length - 4);
  bytes.set(content, 4);
  bytes.writeUInt32BE(crc32(content), bytes.length - 4);
  return bytes;
}

const HEADER_END = 8 + 25;
let photo: Buffer;
beforeAll(async () => {
  photo = await plain().png().toBuffer();
});

const afterHeader = (...chunks: Buffer[]) =>
  Buffer.concat([photo.subarray(0, HEADER_END), ...chunks, photo.subarray(HEADER_END)]);
const beforeEnd = (...chunks: Buffer[]) =>
  Buffer.concat([photo.subarray(0, -12), ...chunks, photo.subarray(-12)]);

describe("a PNG file", () => {
  it.each([
    ["text", chunk("tEXt", "Author\0somebody")],
    ["packed text", chunk("zTXt", "Author\0\0x")],
    ["text in any language", chunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0<x/>")],
    ["the time", chunk("tIME", "\x07\xea\x0b\x18\0\0\0")],
    ["a program's own", chunk("prVt", "anything")],
    ["EXIF that only says upright", chunk("eXIf", orientationBlock(1))],
  ])("loses %s, before and after the picture", (_what, added) => {
    expect(stripPng(afterHeader(added)).equals(photo)).toBe(true);
    expect(stripPng(beforeEnd(added)).equals(photo)).toBe(true);
  });

  it("keeps resolution and colours, and their order", () => {
    const whole = afterHeader(
      chunk("gAMA", "\0\0\xb1\x8f"),
      chunk("pHYs", "\0\0\x0b\x13\0\0\x0b\x13\x01"),
    );
    expect(stripPng(whole) === whole).toBe(true);
  });

  it("is turned by the first of several EXIF blocks, of which a correct smallest is left", async () => {
    const large = Buffer.concat([orientationBlock(8), Buffer.from("SECRET")]);
    const stripped = stripPng(
      afterHeader(chunk("eXIf", large), chunk("eXIf", orientationBlock(3))),
    );
    expect(stripped.equals(afterHeader(chunk("eXIf", orientationBlock(8))))).toBe(true);
    expect((await sharp(stripped).metadata()).orientation).toBe(8);
  });

  it.each([
    ["a part that can't be left out and isn't known", () => afterHeader(chunk("CgBI", "\0"))],
    ["a second header", () => afterHeader(photo.subarray(8, HEADER_END))],
    ["its header missing", () => Buffer.concat([photo.subarray(0, 8), photo.subarray(HEADER_END)])],
    ["a type of no letters", () => afterHeader(chunk("a1b2"))],
    ["a length beyond its end", () => afterHeader(Buffer.from("7fffffff74455874", "hex"))],
    ["no picture", () => Buffer.concat([photo.subarray(0, HEADER_END), photo.subarray(-12)])],
  ])("is refused with %s", (_what, make) => {
    expect(() => stripPng(make())).toThrow(DamagedPhoto);
  });
});
