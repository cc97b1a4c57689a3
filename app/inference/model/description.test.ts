import { FOOD_CLASSES } from "@feedback-loop/contract";
import { goodMetadata, modelFile } from "../testing/onnx-file";
import { realModel } from "../testing/material";
import { describeModel } from "./description";
import { ModelRefused } from "./errors";

const goodTransform = JSON.parse(goodMetadata.transform) as Record<string, unknown>;
const transform = (changes: Record<string, unknown>) => ({
  transform: JSON.stringify({ ...goodTransform, ...changes }),
});

const without = (...keys: string[]) =>
  Object.fromEntries(Object.entries(goodMetadata).filter(([name]) => !keys.includes(name)));

describe("describeModel", () => {
  it("reads version, title, notice, classes and transform", () => {
    expect(describeModel(modelFile(goodMetadata))).toEqual({
      version: "0123456789ab",
      title: "Test model",
      notice: "Knows nothing.",
      classes: ["Bread", "Egg", "Soup"],
      transform: goodTransform,
    });
  });

  it("reads the real model", () => {
    const { description } = realModel();
    expect(description.classes).toEqual(FOOD_CLASSES);
    expect(description.transform.size).toBe(224);
    expect(description.notice).toContain("not a food recogniser yet");
  });

  const refused: [string, Record<string, string>, string][] = [
    ["another format", { format: "other/2" }, 'its format is "other/2"; known is'],
    ["an empty version", { version: "" }, "it declares no version"],
    ["classes that aren't JSON", { classes: "Bread" }, 'its classes is "Bread"'],
    ["classes that are no list", { classes: '{"a":1}' }, 'its classes is {"a":1}'],
    ["one class twice", { classes: '["Egg","Egg"]' }, "its classes is"],
    ["an input size other than the transform's", { input_size: "9" }, "its input_size 9 isn't"],
    ["an unknown step", transform({ kernel: "nearest" }), 'its transform/kernel is "nearest"'],
    ["a step it has never heard of", transform({ blur: 3 }), "its transform/blur is 3"],
    ["a scale of nothing", transform({ scale: [1, 0, 1] }), "its transform/scale/1 is 0"],
  ];
  it.each(refused)("refuses %s and says so", (_, changes, message) => {
    const describing = () => describeModel(modelFile({ ...goodMetadata, ...changes }));
    expect(describing).toThrow(ModelRefused);
    expect(describing).toThrow(message);
  });

  it("takes a model without title and notice", () => {
    expect(describeModel(modelFile(without("title", "notice")))).toMatchObject({
      title: "",
      notice: "",
    });
  });

  const required = Object.keys(goodMetadata).filter((key) => !["title", "notice"].includes(key));
  it.each(required)("refuses a model without %s", (key) => {
    expect(() => describeModel(modelFile(without(key)))).toThrow(ModelRefused);
  });

  it("refuses what isn't ONNX", () => {
    expect(() => describeModel(Buffer.from("GIF89a, no model"))).toThrow(ModelRefused);
  });
});
