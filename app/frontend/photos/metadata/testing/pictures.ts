// Pictures that carry what must go, made by sharp, and real photos.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp, { type Sharp } from "sharp";
import type { PhotoType } from "../../photo-type";

/** In every text that a picture carries here: none of it may be left. */
export const SECRET = "SECRET";

export interface Picture {
  name: string;
  type: PhotoType;
  make: () => Promise<Buffer>;
}

/** A picture of each kind with EXIF (position, orientation, owner), XMP and a colour profile. */
export const pictures: readonly Picture[] = [
  picture("a baseline JPEG", "jpeg", (image) => image.jpeg({ progressive: false })),
  picture("a progressive JPEG", "jpeg", (image) => image.jpeg({ progressive: true })),
  picture("a grey JPEG", "jpeg", (image) => image.greyscale().jpeg(), "sRGB"),
  picture("a CMYK JPEG", "jpeg", (image) => image.toColourspace("cmyk").jpeg(), "cmyk"),
  picture("a PNG", "png", (image) => image.png()),
  picture("an interlaced PNG", "png", (image) => image.png({ progressive: true })),
  picture("a PNG with a palette", "png", (image) => image.png({ palette: true, colours: 16 })),
  picture("a PNG of 16 bits", "png", (image) => image.toColourspace("rgb16").png()),
  picture("a transparent PNG", "png", (image) => image.ensureAlpha(0.5).png()),
  picture("a lossy WebP", "webp", (image) => image.webp()),
  picture("a lossless WebP", "webp", (image) => image.webp({ lossless: true })),
  picture("a transparent WebP", "webp", (image) => image.ensureAlpha(0.5).webp()),
];

function picture(
  name: string,
  type: PhotoType,
  encode: (image: Sharp) => Sharp,
  profile = "p3",
): Picture {
  const make = () =>
    encode(plain())
      .withMetadata({ orientation: 6 })
      .withIccProfile(profile)
      .withExif({
        IFD0: { Copyright: SECRET },
        IFD2: { UserComment: SECRET },
        IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 3230/100" },
      })
      .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${SECRET}</x:xmpmeta>`)
      .toBuffer();
  return { name, type, make };
}

/** An upright picture that is all pixels, and no two of its corners alike. */
export function plain(): Sharp {
  const [width, height, channels] = [48, 32, 3] as const;
  const pixels = Buffer.from(
    Array.from({ length: width * height * channels }, (_, at) => (at * 7 + (at >> 6) * 13) % 256),
  );
  return sharp(pixels, { raw: { width, height, channels } });
}

/** What a person sees: the pixels after the picture was turned. */
export async function pixelsOf(photo: Buffer, options = {}): Promise<Buffer> {
  return sharp(photo, options).autoOrient().raw().toBuffer();
}

/** A tiny JPEG with restart markers in its scan; Pillow made it, since sharp makes none. */
export const withRestarts = (): Buffer => readFileSync(join(__dirname, "restart-markers.jpg"));

const PHOTOS = resolve(__dirname, "../../../../../../shared/photos");

/** A real photo; they lie beside the clone, not in it. */
export function realPhoto(name: string): Buffer {
  const path = join(PHOTOS, name);
  if (existsSync(path)) return readFileSync(path);
  throw new Error(`this test needs the photo ${path}; put the folder "photos" there`);
}
