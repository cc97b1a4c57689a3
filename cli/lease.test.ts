import { parseOptions } from "./lease";

it("a lease is made for the stack of KVM@TACC unless another is named", () => {
  expect(parseOptions(["create", "--hours", "4"])).toEqual({
    verb: "create",
    stack: "chameleon",
    hours: 4,
    flavor: "m1.medium",
    yes: false,
  });
});

it.each([[[]], [["make"]], [["show", "all"]], [["create", "--hours", "soon"]]])(
  "%j is refused",
  (args) => {
    expect(() => parseOptions(args)).toThrow(/create, show, extend, delete|--hours soon/);
  },
);
