// How large a picture may be, by what its decoder must hold in memory at once. Without this, a
// picture of two megabytes (16-bit, interlaced, 50 megapixels) took 400 MB and with it the service.
import type { Metadata } from "sharp";

/** What today's phones take at most by default. */
const MAX_PIXELS = 50_000_000;
/** Memory for one picture; every worker may need it at the same time. */
const MAX_HELD_BYTES = 64 * 2 ** 20;

export type PictureHeader = Pick<
  Metadata,
  "format" | "isProgressive" | "channels" | "depth" | "orientation"
>;

/** Pixels that are decoded of a picture of this kind. */
export function allowedPixels(header: PictureHeader): number {
  return Math.min(MAX_PIXELS, Math.floor(MAX_HELD_BYTES / heldBytesPerPixel(header)));
}

/** Zero where the decoder goes row by row, or shrinks while it reads. */
function heldBytesPerPixel({ format, isProgressive, ...header }: PictureHeader): number {
  const { channels, depth, orientation = 1 } = header;
  if (format === "jpeg") {
    return isProgressive ? channels * 2 : 0; // all coefficients, 16 bits each, until the last scan
  }
  if (format === "png") {
    const whole = isProgressive || orientation > 4; // interlaced, or lying on its side
    return whole ? channels * (depth === "ushort" ? 2 : 1) : 0;
  }
  return 4; // WebP: the whole frame, as RGBA
}
