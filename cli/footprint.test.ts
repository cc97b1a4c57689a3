import { parseOptions } from "./footprint";

describe("the options of footprint", () => {
  it("look once at the stack of this machine, for people", () => {
    expect(parseOptions([])).toEqual({ stack: "local", seconds: 0, form: "text" });
  });

  it("name stack, time and form", () => {
    expect(parseOptions(["-s", "class", "--seconds", "30", "--json"])).toEqual({
      stack: "class",
      seconds: 30,
      form: "json",
    });
    expect(parseOptions(["--markdown"])).toMatchObject({ form: "markdown" });
  });

  it("refuse a time that is none, and two forms", () => {
    expect(() => parseOptions(["--seconds", "long"])).toThrow("--seconds long: a whole number");
    expect(() => parseOptions(["--json", "--markdown"])).toThrow("take one of them");
  });
});
