// What strip-metadata.test.ts can't have sharp write: segments put in by hand.
import sharp from "sharp";
import { DamagedPhoto } from "./damaged-photo";
import { stripJpeg } from "./jpeg";
import { orientationBlock } from "./orientation";
import { pixelsOf, plain } from "./testing/pictures";

const latin1 = (text: string) => Buffer.from(text, "latin1");

function segment(marker: number, content: Buffer | string): Buffer {
  const bytes = typeof content === "string" ? latin1(content) : content;
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(2 + bytes.length, 2);
  return Buffer.concat([head, bytes]);
}
const exif = (orientation: number) =>
  segment(0xe1, Buffer.concat([latin1("Exif\0\0"), orientationBlock(orientation)]));

/** JFIF, 1.1, no unit, 1 × 1, and a thumbnail of one pixel. */
const JFIF_WITH_THUMBNAIL = segment(0xe0, "JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01RGB");

let photo: Buffer;
beforeAll(async () => {
  photo = await plain().jpeg().toBuffer();
});

/** Right after SOI. */
const withSegments = (...segments: Buffer[]) =>
  Buffer.concat([photo.subarray(0, 2), ...segments, photo.subarray(2)]);

describe("a JPEG file", () => {
  it.each([
    ["a comment", segment(0xfe, "a comment")],
    ["IPTC", segment(0xed, "Photoshop 3.0\x008BIM")],
    ["XMP", segment(0xe1, "http://ns.adobe.com/xap/1.0/\0<x/>")],
    ["a list of further pictures", segment(0xe2, "MPF\0MM\0*")],
    ["a thumbnail of JFIF", segment(0xe0, "JFXX\0\x13\x01\x01RGB")],
    ["an EXIF block of no sense", segment(0xe1, "Exif\0\0nothing")],
    ["EXIF that only says upright", exif(1)],
    ["an application's own", segment(0xe5, "anything")],
    ["what is reserved", segment(0xf0, "anything")],
    ["a lone restart marker", Buffer.from([0xff, 0xd3])],
  ])("loses %s", (_what, added) => {
    expect(stripJpeg(withSegments(added)).equals(photo)).toBe(true);
  });

  it("loses the thumbnail in its JFIF segment", () => {
    const jfif = segment(0xe0, "JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    const stripped = stripJpeg(withSegments(JFIF_WITH_THUMBNAIL, jfif));
    expect(stripped.equals(withSegments(jfif))).toBe(true);
  });

  it("is turned by the first of several EXIF blocks, as sharp does it", async () => {
    const several = withSegments(exif(8), exif(3));
    const stripped = stripJpeg(several);
    expect((await sharp(several).metadata()).orientation).toBe(8);
    expect(stripped.equals(withSegments(exif(8)))).toBe(true);
  });

  it("keeps of Adobe's segment what says how the colours are coded", async () => {
    const adobe = "Adobe\0\x64\0\0\0\0\0"; // transform 0: the three components are RGB
    const stripped = stripJpeg(withSegments(segment(0xee, `${adobe}and more`)));
    expect(stripped.equals(withSegments(segment(0xee, adobe)))).toBe(true);
    expect(stripJpeg(stripped) === stripped).toBe(true);
    expect(stripJpeg(withSegments(segment(0xee, "Adobe"))).equals(photo)).toBe(true);
    expect((await pixelsOf(stripped)).length).toBe((await pixelsOf(photo)).length);
  });

  it.each([
    ["bytes between its segments", () => withSegments(latin1("junk"))],
    ["a second beginning", () => withSegments(latin1("\xff\xd8"))],
    ["a length of less than itself", () => withSegments(latin1("\xff\xe5\0\x01"))],
    ["a length beyond its end", () => withSegments(latin1("\xff\xe5\xff\xff"))],
    ["no picture", () => latin1("\xff\xd8\xff\xd9")],
    ["a scan and no frame", () => latin1("\xff\xd8\xff\xda\0\x02data\xff\xd9")],
    ["no beginning", () => photo.subarray(2)],
  ])("is refused with %s", (_what, make) => {
    expect(() => stripJpeg(make())).toThrow(DamagedPhoto);
  });
});
