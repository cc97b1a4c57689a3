// From the model's logits to the answer.
import type { Prediction } from "@feedback-loop/contract";
import type { ModelDescription } from "../model/description";

/** Throws if the logits aren't finite: a defect of the model that its self-test didn't show. */
export function predictionOf(
  logits: Float32Array,
  { classes, version }: Pick<ModelDescription, "classes" | "version">,
): Prediction {
  const probabilities = softmax(logits);
  const probability = Math.max(...probabilities);
  const classIndex = probabilities.indexOf(probability);
  const prediction = classes[classIndex];
  if (prediction === undefined)
    throw new Error(`model ${version} gave logits ${logits.join(", ")}`);
  return {
    prediction,
    probability,
    classIndex,
    probabilities: Object.fromEntries(
      classes.map((name, index) => [name, probabilities[index] ?? 0]),
    ),
    modelVersion: version,
  };
}

/** Probabilities that add up to 1; the largest logit is taken off first, or exp would overflow. */
export function softmax(logits: Float32Array): number[] {
  const largest = Math.max(...logits);
  const weights = Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
