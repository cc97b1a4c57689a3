// Makes large photos smaller before they are sent: a model looks at a few hundred pixels, and a phone's
// connection may be slow.
const LONGEST_SIDE = 1600;
const QUALITY = 0.9;

/** The photo as a JPEG of at most 1600 pixels a side, turned as its EXIF says; or as it is, if that is better. */
export async function shrink(photo) {
  const bitmap = await createImageBitmap(photo, { imageOrientation: "from-image" }).catch(
    () => null,
  );
  // What this browser can't read, the server may, or says what is wrong with it.
  if (!bitmap) return photo;
  try {
    const scale = LONGEST_SIDE / Math.max(bitmap.width, bitmap.height);
    if (scale >= 1) return photo;
    const small = await drawn(bitmap, scale);
    return small && small.size < photo.size
      ? new File([small], "photo.jpg", { type: small.type })
      : photo;
  } finally {
    bitmap.close();
  }
}

function drawn(bitmap, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  context.fillStyle = "white"; // behind transparent pictures, as the server does
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
