// What strip-metadata.test.ts can't have sharp write: chunks put in by hand, and animations.
import sharp from "sharp";
import { DamagedPhoto } from "./damaged-photo";
import { orientationBlock } from "./orientation";
import { pixelsOf, plain } from "./testing/pictures";
import { stripWebp } from "./webp";

const latin1 = (text: string) => Buffer.from(text, "latin1");

function chunk(type: string, data: Buffer | string): Buffer {
  const bytes = typeof data === "string" ? latin1(data) : data;
  const head = Buffer.alloc(8);
  head.write(type, "latin1");
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 2)]);
}

function riff(...chunks: Buffer[]): Buffer {
  const content = Buffer.concat([latin1("WEBP"), ...chunks]);
  const head = Buffer.alloc(8);
  head.write("RIFF");
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

/** 48 × 32 pixels. */
const extended = (flags: number) =>
  chunk("VP8X", Buffer.from([flags, 0, 0, 0, 47, 0, 0, 31, 0, 0]));
const EXIF_FLAG = 0x08;

let simple: Buffer;
/** The chunk that is the picture. */
let picture: Buffer;
beforeAll(async () => {
  simple = await plain().webp().toBuffer();
  picture = simple.subarray(12);
});

describe("a WebP file", () => {
  it.each([
    ["XMP", chunk("XMP ", "<x/>")],
    ["a program's own", chunk("what", "anything")],
    ["EXIF that isn't announced", chunk("EXIF", orientationBlock(6))],
  ])("loses %s", (_what, added) => {
    expect(stripWebp(riff(picture, added)).equals(simple)).toBe(true);
    const wanted = riff(extended(0), picture);
    expect(stripWebp(riff(extended(0), added, picture)).equals(wanted)).toBe(true);
    expect(stripWebp(riff(extended(0x04), picture, added)).equals(wanted)).toBe(true);
  });

  it("loses EXIF that only says upright, and no longer announces it", () => {
    const photo = riff(extended(EXIF_FLAG), picture, chunk("EXIF", orientationBlock(1)));
    expect(stripWebp(photo).equals(riff(extended(0), picture))).toBe(true);
  });

  it("loses a second picture and a second profile", () => {
    const [profile, other] = [chunk("ICCP", "profile"), chunk("ICCP", "another")];
    const photo = riff(extended(0x20), profile, other, picture, chunk("VP8L", "hidden"), picture);
    expect(stripWebp(photo).equals(riff(extended(0x20), profile, picture))).toBe(true);
  });

  it.each(["", "Exif\0\0"])("is turned by the first EXIF block, begun by '%s'", async (prefix) => {
    const block = Buffer.concat([latin1(prefix), orientationBlock(6), latin1("SECRET")]);
    const second = chunk("EXIF", orientationBlock(3));
    const photo = riff(extended(EXIF_FLAG), picture, chunk("EXIF", block), second);
    const stripped = stripWebp(photo);
    const wanted = riff(extended(EXIF_FLAG), picture, chunk("EXIF", orientationBlock(6)));
    expect(stripped.equals(wanted)).toBe(true);
    expect((await sharp(stripped).metadata()).orientation).toBe(6);
    expect((await pixelsOf(stripped)).equals(await pixelsOf(photo))).toBe(true);
  });

  it("gets the padding that is missing at its end", () => {
    const odd = chunk("VP8L", "odd");
    const short = riff(odd.subarray(0, -1));
    expect(stripWebp(short).equals(riff(odd))).toBe(true);
    expect(stripWebp(riff(odd)).equals(riff(odd))).toBe(true);
  });

  it("keeps an animation and loses what is hidden in its frames", async () => {
    const photo = await animation();
    expect(stripWebp(photo) === photo).toBe(true);
    const at = photo.indexOf("ANMF");
    const end = at + 8 + photo.readUInt32LE(at + 4);
    const frame = Buffer.concat([photo.subarray(at + 8, end), chunk("what", "SECRET")]);
    const head = photo.subarray(12, at);
    const hiding = riff(head, chunk("ANMF", frame), photo.subarray(end));
    expect(stripWebp(hiding).equals(photo)).toBe(true);
  });

  it.each([
    ["less than it announces", () => simple.subarray(0, -2)],
    ["a chunk beyond its end", () => riff(latin1("VP8 \xff\xff\xff\xff"), picture)],
    ["half a header", () => riff(chunk("VP8X", "\0\0\0\0"), picture)],
    ["half a frame", () => riff(extended(2), chunk("ANMF", "\0\0"))],
    ["no picture", () => riff(extended(0))],
    ["nothing", () => riff()],
    ["another kind of RIFF", () => latin1("RIFF\x04\0\0\0WAVE")],
  ])("is refused with %s", (_what, make) => {
    expect(() => stripWebp(make())).toThrow(DamagedPhoto);
  });
});

/** Two pictures in turn. */
async function animation(): Promise<Buffer> {
  const frames = [await plain().png().toBuffer(), await plain().negate().png().toBuffer()];
  return sharp(frames, { join: { animated: true } })
    .webp({ loop: 0 })
    .toBuffer();
}
