// Makes a photo ready to be sent: a large one smaller, one of a kind that the server doesn't read a JPEG.
// The model looks at a few hundred pixels, and phones make twelve million.

const LONGEST_SIDE = 1600; // pixels
const QUALITY = 0.9;
const SENT_AS_IT_IS = ["image/jpeg", "image/png", "image/webp"];
/** Taking a larger file apart could end the page of a small phone. */
const MOST_BYTES_TO_DECODE = 64 * 2 ** 20;

/**
 * The photo to send, and a note for the person if it isn't the one that was chosen. What can't be decoded,
 * or would only get larger, stays as it is: the server says what is wrong with it.
 */
export async function prepare(chosen, limitBytes) {
  if (chosen.size > MOST_BYTES_TO_DECODE) return { photo: chosen };
  try {
    return await smaller(chosen, limitBytes);
  } catch {
    return { photo: chosen };
  }
}

async function smaller(chosen, limitBytes) {
  const picture = await createImageBitmap(chosen, { imageOrientation: "from-image" });
  const longest = Math.max(picture.width, picture.height);
  const isReadable = SENT_AS_IT_IS.includes(chosen.type);
  if (longest <= LONGEST_SIDE && chosen.size <= limitBytes && isReadable) {
    picture.close();
    return { photo: chosen };
  }
  const blob = await draw(picture, Math.min(1, LONGEST_SIDE / longest));
  if (blob === null || (blob.size >= chosen.size && isReadable)) return { photo: chosen };
  const name = `${chosen.name.replace(/\.[^.]*$/, "")}.jpg`;
  return {
    photo: new File([blob], name, { type: blob.type }),
    note: `Made smaller before sending: ${megabytes(chosen)} became ${megabytes(blob)}.`,
  };
}

async function draw(picture, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // what is transparent would become black in a JPEG
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

const megabytes = ({ size }) => `${(size / 1e6).toFixed(1)} MB`;
