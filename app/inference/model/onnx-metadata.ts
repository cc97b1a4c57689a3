// Reads `metadata_props` out of an ONNX file. onnxruntime-node (1.30) loads them and gives no access
// to them, so the few lines of protobuf that they take are read here; nothing else of the file is.
//
// Sources: onnx.proto (ModelProto.metadata_props = 14, StringStringEntryProto key = 1, value = 2),
// https://protobuf.dev/programming-guides/encoding (wire types).

const METADATA_PROPS = 14;
const KEY = 1;
const VALUE = 2;

/** The bytes aren't a protobuf message, or end within a field. */
export class NotOnnx extends Error {
  override readonly name = "NotOnnx";
}

/** The metadata of an ONNX file, key to value. Throws NotOnnx. */
export function onnxMetadata(file: Uint8Array): Map<string, string> {
  const metadata = new Map<string, string>();
  for (const { field, bytes } of fieldsOf(file)) {
    if (field !== METADATA_PROPS || bytes === undefined) continue;
    const entry = new Map(Array.from(fieldsOf(bytes), (part) => [part.field, part.bytes]));
    metadata.set(textOf(entry.get(KEY)), textOf(entry.get(VALUE)));
  }
  return metadata;
}

/** A field left out is an empty text (proto3). */
function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}

/** The fields of one message in order; `bytes` is set for those of wire type 2 (length-delimited). */
function* fieldsOf(message: Uint8Array): Generator<{ field: number; bytes?: Uint8Array }> {
  let at = 0;
  while (at < message.length) {
    const tag = varint(message, at);
    const field = Math.floor(tag.value / 8);
    const { start, end } = extentOf(message, tag.value % 8, tag.end);
    if (field === 0 || end > message.length) throw new NotOnnx(`no field at byte ${at}`);
    yield tag.value % 8 === 2 ? { field, bytes: message.subarray(start, end) } : { field };
    at = end;
  }
}

/** Where a field's content lies whose tag ends at `at`. */
function extentOf(
  message: Uint8Array,
  wireType: number,
  at: number,
): { start: number; end: number } {
  switch (wireType) {
    case 0:
      return { start: at, end: varint(message, at).end };
    case 1:
      return { start: at, end: at + 8 };
    case 2: {
      const length = varint(message, at);
      return { start: length.end, end: length.end + length.value };
    }
    case 5:
      return { start: at, end: at + 4 };
    default: // 3 and 4, groups, aren't used by ONNX; 6 and 7 don't exist
      throw new NotOnnx(`wire type ${wireType} at byte ${at}`);
  }
}

/** Sizes stay far below 2^53, so plain numbers do; shifts would overflow at 2^31. */
function varint(message: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = message[at + index];
    if (byte === undefined) break;
    value += (byte % 128) * 2 ** (7 * index);
    if (byte < 128) return { value, end: at + index + 1 };
  }
  throw new NotOnnx(`no number at byte ${at}`);
}
