// Small square pictures of kept photos, for lists of them. Made when asked for, one at a time: photos and
// their decoders take memory, and this service has little.
import sharp, { type Metadata } from "sharp";
import { NoThumbnail, TooManyThumbnails } from "../problems";

export const THUMBNAIL_PIXELS = 320;
/** As the inference API allows at most; what it refused isn't kept. */
const MAX_PIXELS = 50_000_000;
/**
 * What a decoder may hold at once. Photos from cameras and browsers are read row by row or shrunk while
 * they are read, which takes 5 MiB at most; an interlaced PNG of 20 megapixels took 80 MiB.
 */
const MAX_HELD_BYTES = 32 * 2 ** 20;
const DECODE_SECONDS = 10;

// Only these three readers ever see a stranger's bytes; SVG, GIF, TIFF, PDF and the rest don't.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp"],
});
// A thumbnail is kept by browsers, so no photo comes twice; and one thread is enough for one picture.
sharp.cache(false);
sharp.concurrency(1);

/** A JPEG of 320 × 320 pixels, upright, without any metadata. Throws NoThumbnail for damaged bytes. */
export async function makeThumbnail(photo: Buffer): Promise<Buffer> {
  try {
    const settings = { failOn: "error", limitInputPixels: MAX_PIXELS } as const;
    const header = await sharp(photo, settings).metadata();
    if (heldBytes(header) > MAX_HELD_BYTES) throw new Error("too large for its kind of file");
    return await sharp(photo, settings)
      .rotate() // as EXIF says
      .resize({ width: THUMBNAIL_PIXELS, height: THUMBNAIL_PIXELS, fit: "cover" })
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .jpeg({ quality: 80 })
      .timeout({ seconds: DECODE_SECONDS })
      .toBuffer();
  } catch (cause) {
    throw new NoThumbnail({ cause });
  }
}

/** What the decoder must hold of the picture at once, beside some rows. */
function heldBytes({ format, width, height, ...header }: Metadata): number {
  const { channels, depth, isProgressive, orientation = 1 } = header;
  const pixels = width * height;
  // All coefficients, 16 bits each, until the last scan.
  if (format === "jpeg") return isProgressive ? pixels * channels * 2 : 0;
  if (format !== "png") return 0;
  const isWhole = isProgressive || orientation > 4; // interlaced, or lying on its side
  return isWhole ? pixels * channels * (depth === "ushort" ? 2 : 1) : 0;
}

export interface ThumbnailQueueOptions {
  /** Most that wait: two pages of history. */
  maxWaiting?: number;
  /** Longest wait for a turn; a store that hangs would otherwise hold up all. */
  waitSeconds?: number;
}

/** Runs one task at a time, in the order they came. */
export class ThumbnailQueue {
  private readonly waiting = new Set<() => void>();
  private busy = false;
  private readonly maxWaiting: number;
  private readonly waitMillis: number;

  constructor({ maxWaiting = 48, waitSeconds = 10 }: ThumbnailQueueOptions = {}) {
    this.maxWaiting = maxWaiting;
    this.waitMillis = waitSeconds * 1000;
  }

  /** Throws TooManyThumbnails if the turn doesn't come; whoever is `gone` by then loses it. */
  async run<T>(task: () => Promise<T>, gone: AbortSignal): Promise<T> {
    await this.turn(gone);
    try {
      return await task();
    } finally {
      this.next();
    }
  }

  private async turn(gone: AbortSignal): Promise<void> {
    if (gone.aborted || this.waiting.size >= this.maxWaiting) throw new TooManyThumbnails();
    if (!this.busy) {
      this.busy = true;
      return;
    }
    let giveUp = () => {};
    const timer = setTimeout(() => giveUp(), this.waitMillis);
    try {
      await new Promise<void>((resolve, reject) => {
        giveUp = () => {
          if (this.waiting.delete(resolve)) reject(new TooManyThumbnails());
        };
        this.waiting.add(resolve);
        gone.addEventListener("abort", giveUp);
      });
    } finally {
      clearTimeout(timer);
      gone.removeEventListener("abort", giveUp);
    }
  }

  private next(): void {
    const [first] = this.waiting;
    if (first === undefined) {
      this.busy = false;
      return;
    }
    this.waiting.delete(first);
    first();
  }
}
