// From the bytes of a picture file to the model's input. Runs in worker threads only.
import sharp from "sharp";
import type { Transform } from "../model/description";
import { normalise } from "./normalise";
import { allowedPixels } from "./pixel-limit";
import type { Refusal } from "./task";

// No picture comes twice, and each worker thread has one core.
sharp.cache(false);
sharp.concurrency(1);

/**
 * Only three readers ever see a stranger's bytes; SVG, GIF, TIFF, PDF and the rest don't. libvips has one
 * list of them for the whole process: a worker that starts beside others, for a new model, must not block
 * theirs even for a moment. `done`: shared by all workers, so that the first one alone does it.
 */
export function restrictReaders(done: SharedArrayBuffer): void {
  if (Atomics.exchange(new Int32Array(done), 0, 1) === 1) return;
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({
    operation: ["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp"],
  });
}

/**
 * The input tensor, float32 [3, size, size], by the model's own transform. 16-bit, grey, palette,
 * CMYK and transparent pictures become RGB; of an animation it is the first frame.
 */
export async function pictureTensor(
  photo: Uint8Array,
  transform: Transform,
): Promise<Float32Array | Refusal> {
  try {
    const header = await sharp(photo, { limitInputPixels: false }).metadata();
    const { width, height } = header;
    const allowed = allowedPixels(header);
    if (width * height > allowed) return { kind: "too-many-pixels", width, height, allowed };
    return normalise(await pixelsOf(photo, transform), transform);
  } catch (error) {
    return { kind: "unreadable", detail: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** RGB bytes of the transform's size. Throws if the picture is damaged or ends early. */
async function pixelsOf(photo: Uint8Array, transform: Transform): Promise<Uint8Array> {
  const { size, fit, position, kernel } = transform;
  const [r, g, b] = transform.background;
  const { data, info } = await sharp(photo, { failOn: "error" })
    .rotate() // as EXIF says
    .flatten({ background: { r, g, b } })
    .toColourspace("srgb")
    .resize({ width: size, height: size, fit, position, kernel })
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`${info.channels} channels came out of the decoder`);
  return data;
}
