import { allowedPixels, type PictureHeader } from "./pixel-limit";

const header = (changes: Partial<PictureHeader>): PictureHeader => ({
  format: "jpeg",
  isProgressive: false,
  channels: 3,
  depth: "uchar",
  orientation: undefined,
  ...changes,
});
const megapixels = (changes: Partial<PictureHeader>) =>
  Math.floor(allowedPixels(header(changes)) / 1e6);

describe("allowedPixels", () => {
  it("lets through what phones take", () => {
    expect(megapixels({})).toBe(50);
    expect(megapixels({ orientation: 6 })).toBe(50);
    expect(megapixels({ format: "png" })).toBe(50);
  });

  it("is lower where the whole picture must be held", () => {
    expect(megapixels({ isProgressive: true })).toBe(11);
    expect(megapixels({ format: "webp" })).toBe(16);
    expect(megapixels({ format: "png", isProgressive: true })).toBe(22);
    expect(megapixels({ format: "png", orientation: 6 })).toBe(22);
    expect(megapixels({ format: "png", isProgressive: true, channels: 4, depth: "ushort" })).toBe(
      8,
    );
  });
});
