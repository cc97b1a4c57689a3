import { parseOptions } from "./sweep";

it("one stack, or all that have expired, is swept", () => {
  expect(parseOptions(["-s", "chameleon", "--suffix", "ann", "--yes"])).toEqual({
    stack: "chameleon",
    suffix: "ann",
    volumes: false,
    yes: true,
  });
  expect(parseOptions(["--expired"])).toEqual({ volumes: false, yes: false });
});

it.each([[[]], [["-s", "chameleon", "--expired"]], [["--expired", "--suffix", "ann"]]])(
  "%j is refused",
  (args) => {
    expect(() => parseOptions(args)).toThrow(/sweep|--suffix/);
  },
);
