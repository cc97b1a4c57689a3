import { FOOD_CLASSES, Prediction } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import fc from "fast-check";
import { predictionOf, softmax } from "./prediction";

const model = { classes: FOOD_CLASSES, version: "1" };
const logits = fc
  .array(fc.float({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 11, maxLength: 11 })
  .map((values) => Float32Array.from(values));

describe("softmax", () => {
  it("gives probabilities that add up to 1, in the logits' order", () => {
    fc.assert(
      fc.property(logits, (values) => {
        const probabilities = softmax(values);
        expect(probabilities.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 9);
        values.forEach((value, index) => {
          if (value === Math.max(...values)) {
            expect(probabilities[index]).toBe(Math.max(...probabilities));
          }
        });
      }),
    );
  });

  it("is e^x over their sum", () => {
    const [first, second] = softmax(Float32Array.from([0, Math.log(3)]));
    expect(first).toBeCloseTo(0.25, 7);
    expect(second).toBeCloseTo(0.75, 7);
  });
});

describe("predictionOf", () => {
  it("names the most probable class, and fits the contract", () => {
    fc.assert(
      fc.property(logits, (values) => {
        const answer = predictionOf(values, model);
        expect(Value.Check(Prediction, answer)).toBe(true);
        expect(answer.prediction).toBe(FOOD_CLASSES[answer.classIndex]);
        expect(values[answer.classIndex]).toBeCloseTo(Math.max(...values), 3);
      }),
    );
  });

  it.each([NaN, Infinity])("throws if a logit is %p", (value) => {
    const values = new Float32Array(11).fill(value, 3, 4);
    expect(() => predictionOf(values, model)).toThrow("model 1 gave logits 0, 0, 0, ");
  });
});
