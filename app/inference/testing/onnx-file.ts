// Writes the parts of an ONNX file that tests of its metadata need; the graph is filler.

/** A protobuf message: numbers become varints, bytes and texts length-delimited fields. */
export function message(
  fields: readonly [field: number, content: Uint8Array | string | number][],
): Buffer {
  return Buffer.concat(
    fields.flatMap(([field, content]) => {
      if (typeof content === "number") return [varint(field * 8), varint(content)];
      const bytes = Buffer.from(content);
      return [varint(field * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

/** A file with this metadata after a graph (field 7) of so many bytes. */
export function modelFile(metadata: Record<string, string>, graphBytes = 8): Buffer {
  return Buffer.concat([message([[7, Buffer.alloc(graphBytes, 0xff)]]), metadataProps(metadata)]);
}

/** Metadata (field 14 each) to put behind the other fields of a model. */
export function metadataProps(metadata: Record<string, string>): Buffer {
  const entries = Object.entries(metadata);
  return message(
    entries.map(([key, value]) => [
      14,
      message([
        [1, key],
        [2, value],
      ]),
    ]),
  );
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
