// Takes out of a photo what isn't needed to show it: where and when it was taken, by whom and with what,
// thumbnails, comments, and whatever was appended to the file. Pixels aren't decoded, so none changes.
import type { PhotoType } from "../photo-type";
import { stripJpeg } from "./jpeg";
import { stripPng } from "./png";
import { stripWebp } from "./webp";

export { DamagedPhoto } from "./damaged-photo";

const STRIP: Record<PhotoType, (photo: Buffer) => Buffer> = {
  jpeg: stripJpeg,
  png: stripPng,
  webp: stripWebp,
};

/**
 * The photo with nothing but its pixels, colour profile, resolution and orientation; the same buffer if
 * there was nothing else in it, and possibly a part of it. Doing it again changes nothing. Only what is
 * known to be needed is kept. Throws DamagedPhoto if the file's structure can't be followed to its end.
 */
export function stripMetadata(photo: Buffer, type: PhotoType): Buffer {
  return STRIP[type](photo);
}
