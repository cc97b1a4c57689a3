import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths";
import { isNewEnough, pluginsOf } from "./toolchain";

describe("the toolchain", () => {
  it.each([
    ["v3.250.0", true],
    ["v3.220.0", true],
    ["3.219.9", false],
    ["v4.0.0", true],
    ["v2.300.0", false],
    ["", false],
  ])("with Pulumi %j is new enough: %s", (version, expected) =>
    expect(isNewEnough(version)).toBe(expected),
  );

  it("takes the plugins' versions from package.json", () => {
    const plugins = pluginsOf(readFileSync(join(root, "package.json"), "utf8"));
    expect(plugins.map(({ name }) => name)).toEqual(["docker", "command", "random", "openstack"]);
    for (const { version } of plugins) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("has the plugin of every provider among the packages", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    const providers = Object.keys(dependencies)
      .filter((name) => name.startsWith("@pulumi/") && name !== "@pulumi/pulumi")
      .map((name) => name.slice("@pulumi/".length));
    const plugins = pluginsOf(JSON.stringify({ dependencies }));
    expect(plugins.map(({ name }) => name).sort()).toEqual(providers.sort());
  });

  it("builds the same plugins where they can't be had", () => {
    const parts = readFileSync(join(root, "lab", "toolchain", "parts.txt"), "utf8");
    for (const { name, version } of pluginsOf(readFileSync(join(root, "package.json"), "utf8")))
      expect(parts).toMatch(new RegExp(`^plugin +${name} +${version} `, "m"));
  });

  it("refuses a range of versions", () => {
    const dependencies = { "@pulumi/docker": "^5.2.0" };
    expect(() => pluginsOf(JSON.stringify({ dependencies }))).toThrow("@pulumi/docker, not ^5.2.0");
  });
});
