import fc from "fast-check";
import { orientationBlock, orientationOf } from "./orientation";

/** A TIFF header and a directory of these entries: tag, type, count, value as hexadecimal bytes. */
const tiff = (head: string, ...entries: string[]) =>
  Buffer.from([head, ...entries].join("").replaceAll(" ", ""), "hex");
const BIG = "4d4d 002a 00000008";
const LITTLE = "4949 2a00 08000000";

describe("the orientation in an EXIF block", () => {
  it("is what the smallest block says", () => {
    for (let orientation = 1; orientation <= 8; orientation += 1)
      expect(orientationOf(orientationBlock(orientation))).toBe(orientation);
  });

  it.each([
    ["big-endian", 3, tiff(BIG, "0001", "0112 0003 00000001 00030000")],
    ["little-endian", 3, tiff(LITTLE, "0100", "1201 0300 01000000 03000000")],
    [
      "after other entries",
      8,
      tiff(BIG, "0002", "010f 0002 00000004 53454300", "0112 0003 00000001 00080000"),
    ],
    ["in a directory that is cut off", 8, tiff(BIG, "ffff", "0112 0003 00000001 00080000")],
    ["0, which means nothing", 1, tiff(BIG, "0001", "0112 0003 00000001 00000000")],
    ["9, which means nothing", 1, tiff(BIG, "0001", "0112 0003 00000001 00090000")],
    ["text", 1, tiff(BIG, "0001", "0112 0002 00000001 00030000")],
    ["two numbers", 1, tiff(BIG, "0001", "0112 0003 00000002 00030003")],
    ["missing", 1, tiff(BIG, "0001", "0100 0003 00000001 00030000")],
    ["beyond the end", 1, tiff("4d4d 002a ffffffff")],
    ["in a directory without a size", 1, tiff(BIG, "00")],
    ["in no TIFF", 1, tiff("4d4d 002b 00000008", "0001", "0112 0003 00000001 00030000")],
    ["in nothing", 1, Buffer.alloc(0)],
  ])("%s", (_what, orientation, block) => {
    expect(orientationOf(block)).toBe(orientation);
  });

  it("is one of eight, whatever the bytes", () => {
    const head = fc.constantFrom(tiff(BIG), tiff(LITTLE), Buffer.alloc(0));
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 100 }), (begin, rest) => {
        const orientation = orientationOf(Buffer.concat([begin, rest]));
        expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(orientation);
      }),
    );
  });
});
