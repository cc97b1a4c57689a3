// What is sent: JPEG files of three sizes, made from the drawing that the parity vectors carry, so that
// every machine measures the same. Grain is added, for without it the large ones would be far smaller
// files than a camera makes.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import type { Photo } from "./load";

export interface BenchPhoto extends Photo {
  readonly name: string;
  readonly file: string;
}

const drawing = join(__dirname, "..", "..", "app", "model", "parity", "vectors", "photo.jpg");

const kinds = [
  /** Smaller than most. */
  { name: "drawing 640x480", width: 640, height: 480, grain: 0 },
  /** What the upload page makes of a photo before it is sent. */
  { name: "photo 512x384", width: 512, height: 384, grain: 24 },
  /** Straight from a phone, where nobody shrank it. */
  { name: "phone 4032x3024", width: 4032, height: 3024, grain: 24 },
] as const;

/** Writes the files into `folder`. */
export async function makePhotos(folder: string): Promise<BenchPhoto[]> {
  return Promise.all(
    kinds.map(async ({ name, width, height, grain }) => {
      const scaled = sharp(drawing).resize(width, height, { kernel: "cubic" });
      const bytes =
        grain === 0 ? readFileSync(drawing) : await withGrain(scaled, { width, height, grain });
      const file = join(folder, `${name.replaceAll(" ", "-")}.jpg`);
      writeFileSync(file, bytes);
      return { name, file, type: "image/jpeg", bytes };
    }),
  );
}

async function withGrain(
  picture: sharp.Sharp,
  { width, height, grain }: { width: number; height: number; grain: number },
): Promise<Buffer> {
  const pixels = await picture.removeAlpha().raw().toBuffer();
  const random = randomBytes();
  for (let index = 0; index < pixels.length; index += 1) {
    const noise = ((random() - 128) / 128) * grain;
    pixels[index] = Math.min(255, Math.max(0, Math.round((pixels[index] ?? 0) + noise)));
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** The same numbers every time: a linear congruential generator (Numerical Recipes, ranqd1). */
function randomBytes(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
}
