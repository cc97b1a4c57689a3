// A whole ONNX model of a few kilobytes that onnxruntime runs: each picture gets the same logits. For
// tests of what happens to models; the real one takes seconds where this takes milliseconds.
import { goodMetadata, message, metadataProps } from "../../testing/onnx-file";

export interface TinyModel {
  readonly version: string;
  /** What it answers to every picture; three classes are declared. */
  readonly logits?: readonly number[];
}

const SIZE = 8; // as goodMetadata declares
const INPUTS = 3 * SIZE ** 2;

/** The file's bytes. Numbers of fields: onnx.proto3 of ONNX 1.23. */
export function tinyModel({ version, logits = [1, 3, 2] }: TinyModel): Buffer {
  const graph = message([
    [1, node("Flatten", ["input"], "embedding")],
    [1, node("MatMul", ["embedding", "weight"], "scores")],
    [1, node("Add", ["scores", "bias"], "logits")],
    [2, "tiny"],
    [5, tensor("weight", [INPUTS, logits.length], new Float32Array(INPUTS * logits.length))],
    [5, tensor("bias", [logits.length], Float32Array.from(logits))],
    [11, value("input", [1, 3, SIZE, SIZE])],
    [12, value("logits", [1, logits.length])],
    [12, value("embedding", [1, INPUTS])],
  ]);
  const model = message([
    [1, 8], // IR version and opset of app/model/format
    [7, graph],
    [8, message([[2, 17]])],
  ]);
  return Buffer.concat([model, metadataProps({ ...goodMetadata, version })]);
}

const FLOAT = 1;

function node(operator: string, inputs: readonly string[], output: string): Buffer {
  const named = inputs.map((input): [number, string] => [1, input]);
  return message([...named, [2, output], [3, output], [4, operator]]);
}

function tensor(name: string, shape: readonly number[], values: Float32Array): Buffer {
  const dimensions = shape.map((size): [number, number] => [1, size]);
  return message([...dimensions, [2, FLOAT], [8, name], [9, new Uint8Array(values.buffer)]]);
}

function value(name: string, shape: readonly number[]): Buffer {
  const dimensions = shape.map((size): [number, Buffer] => [1, message([[1, size]])]);
  const type = message([
    [1, FLOAT],
    [2, message(dimensions)],
  ]);
  return message([
    [1, name],
    [2, message([[1, type]])],
  ]);
}
