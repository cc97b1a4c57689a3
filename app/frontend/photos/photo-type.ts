// Which kind of picture bytes are, by their own first bytes: names and types that a client declares
// are never believed. Signatures: RFC 2083 (PNG), RFC 9649 (WebP), ITU T.81 (JPEG).

export const PHOTO_TYPES = {
  jpeg: { mediaType: "image/jpeg", extension: "jpg" },
  png: { mediaType: "image/png", extension: "png" },
  webp: { mediaType: "image/webp", extension: "webp" },
} as const;

export type PhotoType = keyof typeof PHOTO_TYPES;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

/** The type of a picture, or undefined for anything that is neither JPEG, PNG nor WebP. */
export function detectPhotoType(photo: Buffer): PhotoType | undefined {
  if (photo.subarray(0, JPEG.length).equals(JPEG)) return "jpeg";
  if (photo.subarray(0, PNG.length).equals(PNG)) return "png";
  const isWebp =
    photo.toString("latin1", 0, 4) === "RIFF" && photo.toString("latin1", 8, 12) === "WEBP";
  return isWebp ? "webp" : undefined;
}
