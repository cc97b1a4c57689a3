// The same picture must become the same tensor and the same logits here and in Python: the vectors are
// made by app/model/parity, whose own test checks the Python side.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { realModel } from "../testing/material";
import { Classifier } from "./classifier";
import { pictureTensor } from "./picture";

interface Vectors {
  readonly modelVersion: string;
  readonly transform: unknown;
  /** uint8 [pictures, rows, columns, 3]: every `step`-th pixel from `first` of the scaled picture. */
  readonly samples: {
    file: string;
    first: number;
    step: number;
    shape: [number, number, number, 3];
  };
  readonly pictures: {
    file: string;
    catches: string;
    logits: number[];
    tolerance: { meanLevels: number; maxLevels: number; logits: number };
  }[];
}

const folder = resolve(__dirname, "../../model/parity/vectors");
const read = (file: string) => readFileSync(join(folder, file));
const vectors = JSON.parse(read("vectors.json").toString()) as Vectors;
const samples = read(vectors.samples.file);
const model = realModel();
const { transform } = model.description;

/** The pixels (0 to 255, not rounded) that the vectors hold, from a tensor [3, size, size]. */
function sampled(tensor: Float32Array): number[] {
  const { first, step, shape } = vectors.samples;
  const [, rows, columns] = shape;
  const levels: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const place = (first + row * step) * transform.size + first + column * step;
        const value = tensor[channel * transform.size ** 2 + place] ?? NaN;
        levels.push(value * (transform.scale[channel] ?? NaN) + (transform.mean[channel] ?? NaN));
      }
    }
  }
  return levels;
}

describe.each(vectors.pictures.map((picture, index) => ({ ...picture, index })))(
  "$file ($catches)",
  ({ file, index, tolerance, logits }) => {
    it("becomes the same pixels as in Python", async () => {
      const tensor = await pictureTensor(read(file), transform);
      if (!("length" in tensor)) throw new Error(`${file} is refused: ${tensor.kind}`);
      const levels = sampled(tensor);
      const expected = samples.subarray(index * levels.length, (index + 1) * levels.length);
      expect(expected).toHaveLength(levels.length);
      const differences = levels.map((level, place) => Math.abs(level - (expected[place] ?? NaN)));
      const mean = differences.reduce((sum, difference) => sum + difference, 0) / levels.length;
      expect(mean).toBeLessThanOrEqual(tolerance.meanLevels);
      expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance.maxLevels);
    });

    it("gets the same logits as in Python", async () => {
      const outcome = await classifier["workers"].run({
        photo: new Uint8Array(read(file)),
        wantsEmbedding: false,
      });
      if (outcome.kind !== "classified") throw new Error(`${file} is refused: ${outcome.kind}`);
      expect(outcome.logits).toHaveLength(logits.length);
      outcome.logits.forEach((logit, place) => {
        expect(Math.abs(logit - (logits[place] ?? NaN))).toBeLessThanOrEqual(tolerance.logits);
      });
    });
  },
);

let classifier: Classifier;
beforeAll(async () => {
  classifier = await Classifier.start(model, {
    workers: 1,
    maxWaiting: 64,
    onWorkerLost: () => undefined,
  });
}, 30_000);
afterAll(() => classifier.close());

describe("the built model", () => {
  it("is the one that the vectors were made with", () => {
    expect(model.description.version).toBe(vectors.modelVersion);
    expect(transform).toEqual(vectors.transform);
  });
});
