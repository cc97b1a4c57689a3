import { readFileSync } from "node:fs";
import fc from "fast-check";
import { objectKey, photoTypeOfKey } from "./object-key";
import { detectPhotoType, PHOTO_TYPES, type PhotoType } from "./photo-type";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

describe("the type of a photo", () => {
  it.each([
    ["jpeg", bytes("ff d8 ff e0 00 10")],
    ["png", bytes("89 50 4e 47 0d 0a 1a 0a 00")],
    ["webp", Buffer.from("RIFF\x24\0\0\0WEBPVP8 ", "latin1")],
  ])("is %s by its first bytes", (type, photo) => {
    expect(detectPhotoType(photo)).toBe(type);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("ham and eggs")],
    ["an SVG drawing", readFileSync(`${__dirname}/../../web/shared-assets/icon.svg`)],
    ["a WAV sound, also RIFF", Buffer.from("RIFF\x24\0\0\0WAVEfmt ", "latin1")],
    ["a cut PNG signature", bytes("89 50 4e 47")],
  ])("is unknown for %s", (_what, photo) => {
    expect(detectPhotoType(photo)).toBeUndefined();
  });
});

describe("the key of a photo", () => {
  it("has the tutorial's shape", () => {
    expect(objectKey(7, "6f9619ff", "jpeg")).toBe("class_07/6f9619ff.jpg");
  });

  it("tells the photo's type again", () => {
    const types = fc.constantFrom(...(Object.keys(PHOTO_TYPES) as PhotoType[]));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), fc.uuid(), types, (index, id, type) => {
        expect(photoTypeOfKey(objectKey(index, id, type))).toBe(type);
      }),
    );
  });

  it("tells no type if another program made it", () => {
    expect(photoTypeOfKey("class_01/photo.html")).toBeUndefined();
  });
});
