import { selfMadeChecks } from "./self-made-checks";

describe("tests of what set-up made itself", () => {
  it("are left out where everything came ready-made", () => {
    expect(selfMadeChecks({ toolchain: { binFolder: "/usr/bin", key: "1" }, images: {} })).toEqual(
      [],
    );
  });

  it("are there for each thing that was made", () => {
    const made = selfMadeChecks({
      toolchain: { binFolder: "/cache/bin", builtIn: "/cache", key: "1" },
      images: { registryMirror: "127.0.0.1:5055" },
    });
    expect(made.map(({ name }) => name)).toEqual([
      "toolchain tests",
      "mirror tests",
      "second machine",
    ]);
  });
});
