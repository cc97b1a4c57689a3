// From pixels to the model's numbers.
import type { Transform } from "../model/description";

/**
 * `pixels`: RGB, one byte each, rows from the top, pixel by pixel. Returns (value - mean) / scale,
 * channel by channel (CHW), as the transform's layout NCHW wants for one picture.
 */
export function normalise(
  pixels: Uint8Array,
  { mean, scale }: Pick<Transform, "mean" | "scale">,
): Float32Array {
  const area = pixels.length / 3;
  const tensor = new Float32Array(pixels.length);
  for (let channel = 0; channel < 3; channel += 1) {
    const values = valuesOf(mean[channel] ?? 0, scale[channel] ?? 1);
    for (let pixel = 0; pixel < area; pixel += 1) {
      tensor[channel * area + pixel] = values[pixels[pixel * 3 + channel] ?? 0] ?? 0;
    }
  }
  return tensor;
}

/** The result for each of the 256 values that a byte can have. */
function valuesOf(mean: number, scale: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => (value - mean) / scale);
}
