import { Value } from "@sinclair/typebox/value";
import { classFolder, FOOD_CLASSES, Problem, ProblemError, UNKNOWN_PROBLEM } from "./index";

describe("the classes", () => {
  it("are Food-11's eleven, each once", () => {
    expect(new Set(FOOD_CLASSES).size).toBe(11);
    expect(FOOD_CLASSES[0]).toBe("Bread");
    expect(FOOD_CLASSES[10]).toBe("Vegetable/Fruit");
  });

  it("have folders with two digits", () => {
    expect(classFolder(0)).toBe("class_00");
    expect(classFolder(10)).toBe("class_10");
  });

  it.each([-1, 100, 1.5, NaN])("have no folder for index %p", (index) => {
    expect(() => classFolder(index)).toThrow(RangeError);
  });
});

describe("problems", () => {
  class TooBlue extends ProblemError {
    readonly status = 422;
    readonly code = "too-blue";
  }

  it("have one shape, with advice where there is some", () => {
    const plain = new TooBlue("The photo is too blue.").toProblem();
    expect(plain).toEqual({ status: 422, code: "too-blue", message: "The photo is too blue." });
    const helpful = new TooBlue("The photo is too blue.", "Add red.").toProblem();
    expect(helpful).toEqual({ ...plain, advice: "Add red." });
    for (const problem of [plain, helpful, UNKNOWN_PROBLEM]) {
      expect(Value.Check(Problem, problem)).toBe(true);
    }
  });

  it("are named after their class in logs", () => {
    expect(String(new TooBlue("x"))).toBe("TooBlue: x");
  });
});
