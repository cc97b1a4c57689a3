// Embeddings as they travel and are stored: half the size of float32, and precise enough for
// distances between them. Node has Float16Array from version 24 only.
import { setFloat16 } from "@petamoriken/float16";

/** float32 [n] to n × 2 bytes, little-endian; what is beyond ±65504 becomes infinite. */
export function float16Bytes(values: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => setFloat16(view, index * 2, value, true));
  return bytes;
}
