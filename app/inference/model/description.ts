// What a model file says about itself; the format is written and documented by app/model/format.
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ModelRefused } from "./errors";
import { metadataPart, NotOnnx, onnxMetadata } from "./onnx-metadata";

export const MODEL_FORMAT = "feedback-loop-model/1";

const Channels = (channel: TSchema & { static: number }) => Type.Tuple([channel, channel, channel]);

/**
 * How a picture becomes the input, float32 [1, 3, size, size]. Each step that this service knows is
 * a literal: a model that declares another one is refused rather than served with wrong input.
 */
export const Transform = Type.Object(
  {
    orientation: Type.Literal("exif"),
    background: Channels(Type.Integer({ minimum: 0, maximum: 255 })),
    colour: Type.Literal("RGB"),
    size: Type.Integer({ minimum: 1, maximum: 4096 }),
    fit: Type.Literal("cover"),
    position: Type.Literal("centre"),
    kernel: Type.Literal("cubic"),
    mean: Channels(Type.Number()),
    scale: Channels(Type.Number({ exclusiveMinimum: 0 })),
    layout: Type.Literal("NCHW"),
  },
  { additionalProperties: false },
);
export type Transform = Static<typeof Transform>;

const Classes = Type.Array(Type.String({ minLength: 1 }), { minItems: 2, uniqueItems: true });

export interface ModelDescription {
  readonly version: string;
  /** What a page calls it, and what a person must know before believing it; both may be empty. */
  readonly title: string;
  readonly notice: string;
  readonly classes: readonly string[];
  readonly transform: Transform;
}

/** The description in an ONNX file. Throws ModelRefused with what is missing or unknown. */
export function describeModel(file: Uint8Array): ModelDescription {
  const metadata = metadataOf(file);
  const format = metadata.get("format");
  if (format !== MODEL_FORMAT) {
    const given = format === undefined ? "it declares no format" : `its format is "${format}"`;
    throw new ModelRefused(`${given}; known is "${MODEL_FORMAT}" (npm run model writes it)`);
  }
  const version = metadata.get("version");
  if (version === undefined || version === "") throw new ModelRefused("it declares no version");
  const transform = declared(metadata, "transform", Transform);
  if (metadata.get("input_size") !== String(transform.size)) {
    const size = metadata.get("input_size");
    throw new ModelRefused(`its input_size ${size} isn't its transform's size ${transform.size}`);
  }
  const [title, notice] = [metadata.get("title") ?? "", metadata.get("notice") ?? ""];
  return { version, title, notice, classes: declared(metadata, "classes", Classes), transform };
}

/** As `describeModel`, of a file that is never in memory as a whole. */
export async function describeModelFile(path: string): Promise<ModelDescription> {
  try {
    return describeModel(await metadataPart(path));
  } catch (error) {
    throw error instanceof NotOnnx ? notOnnx(error) : error;
  }
}

function metadataOf(file: Uint8Array): Map<string, string> {
  try {
    return onnxMetadata(file);
  } catch (error) {
    throw notOnnx(error);
  }
}

const notOnnx = (cause: unknown) => new ModelRefused("it isn't an ONNX file", { cause });

/** A metadata value in JSON, checked. */
function declared<Schema extends TSchema>(
  metadata: Map<string, string>,
  key: string,
  schema: Schema,
): Static<Schema> {
  const value = parsed(metadata.get(key));
  const [problem] = Value.Errors(schema, value);
  if (problem === undefined) return Value.Decode(schema, value);
  const given = JSON.stringify(problem.value) ?? "nothing";
  throw new ModelRefused(`its ${key}${problem.path} is ${given}: ${problem.message}`);
}

function parsed(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return json; // a text where an object or array belongs: the check refuses and shows it
  }
}
