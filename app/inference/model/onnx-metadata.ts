// Reads `metadata_props` out of an ONNX file. onnxruntime-node (1.30) loads them and gives no access
// to them, so the few lines of protobuf that they take are read here; nothing else of the file is.
//
// Sources: onnx.proto (ModelProto.metadata_props = 14, StringStringEntryProto key = 1, value = 2),
// https://protobuf.dev/programming-guides/encoding (wire types).
import { type FileHandle, open } from "node:fs/promises";

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

/** Tag and length of a field take at most ten bytes each. */
const HEAD_BYTES = 20;
/** Models have some twenty fields besides their metadata. */
const MAX_FIELDS = 10_000;

/**
 * Just the metadata of an ONNX file, as a message that `onnxMetadata` understands: the rest, which may
 * be hundreds of megabytes, is never in memory. Throws NotOnnx.
 */
export async function metadataPart(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const parts: Uint8Array[] = [];
    let at = 0;
    for (let fields = 0; at < size; fields += 1) {
      if (fields === MAX_FIELDS) throw new NotOnnx(`more than ${MAX_FIELDS} fields`);
      const { field, end } = fieldAt(await bytesAt(file, at, HEAD_BYTES), 0);
      if (field === 0 || at + end > size) throw new NotOnnx(`no field at byte ${at}`);
      if (field === METADATA_PROPS) parts.push(await bytesAt(file, at, end));
      at += end;
    }
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
}

/** Fewer at the end of the file. */
async function bytesAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position });
  return buffer.subarray(0, bytesRead);
}

/** A field left out is an empty text (proto3). */
function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}

/** The fields of one message in order; `bytes` is set for those of wire type 2 (length-delimited). */
function* fieldsOf(message: Uint8Array): Generator<{ field: number; bytes?: Uint8Array }> {
  let at = 0;
  while (at < message.length) {
    const { field, wireType, start, end } = fieldAt(message, at);
    if (field === 0 || end > message.length) throw new NotOnnx(`no field at byte ${at}`);
    yield wireType === 2 ? { field, bytes: message.subarray(start, end) } : { field };
    at = end;
  }
}

/** The field that begins at `at`; its content may end beyond the bytes given. */
function fieldAt(message: Uint8Array, at: number) {
  const tag = varint(message, at);
  const wireType = tag.value % 8;
  return { field: Math.floor(tag.value / 8), wireType, ...extentOf(message, wireType, tag.end) };
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
