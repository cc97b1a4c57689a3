// Writes the parts of an ONNX file that tests of its metadata need; the graph is filler.

/** A protobuf message of length-delimited fields. */
export function message(fields: [field: number, content: Uint8Array][]): Buffer {
  return Buffer.concat(
    fields.flatMap(([field, content]) => [
      varint(field * 8 + 2),
      varint(content.length),
      Buffer.from(content),
    ]),
  );
}

/** A file with this metadata (field 14) after a graph (field 7) of so many bytes. */
export function modelFile(metadata: Record<string, string>, graphBytes = 8): Buffer {
  const entries = Object.entries(metadata).map(([key, value]): [number, Buffer] => [
    14,
    message([
      [1, Buffer.from(key)],
      [2, Buffer.from(value)],
    ]),
  ]);
  return message([[7, Buffer.alloc(graphBytes, 0xff)], ...entries]);
}

/** Metadata as app/model writes it. */
export const goodMetadata = {
  format: "feedback-loop-model/1",
  version: "0123456789ab",
  title: "Test model",
  notice: "Knows nothing.",
  classes: '["Bread","Egg","Soup"]',
  input_size: "8",
  transform: JSON.stringify({
    background: [255, 255, 255],
    colour: "RGB",
    fit: "cover",
    kernel: "cubic",
    layout: "NCHW",
    mean: [127, 127, 127],
    orientation: "exif",
    position: "centre",
    scale: [128, 128, 128],
    size: 8,
  }),
};

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
