import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../command";
import { root } from "../paths";
import { canInstall } from "./debian";
import { pidFileIsStale } from "./docker";
import { contentKey, makeWhole, readFolder, readIfThere, writeWhole } from "./files";
import { checkStackName, plainConfig, stackNeeds, withoutSalt } from "./stack";
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
    expect(plugins.map(({ name }) => name)).toEqual(["docker", "command", "random"]);
    for (const { version } of plugins) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
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

describe("a stack's settings", () => {
  const settings = `encryptionsalt: v1:abc=:v1:def\nconfig:\n  feedback-loop:registryMirror: "mirror:5000"\n`;
  const there = { stackExists: true, settings, config: {}, mirror: "127.0.0.1:5055" };

  it("lose a salt only when the stack it belongs to is gone", () => {
    expect(stackNeeds({ ...there, stackExists: false }).removeStaleSalt).toBe(true);
    expect(stackNeeds(there).removeStaleSalt).toBe(false);
    expect(stackNeeds({ ...there, stackExists: false, settings: undefined }).removeStaleSalt).toBe(
      false,
    );
    expect(withoutSalt(settings)).toBe(settings.split("\n").slice(1).join("\n"));
  });

  it("get this machine's mirror only on this machine, and only where none is set", () => {
    expect(stackNeeds(there).registryMirror).toBe("127.0.0.1:5055");
    expect(stackNeeds({ ...there, mirror: undefined }).registryMirror).toBeUndefined();
    expect(stackNeeds({ ...there, config: { target: "ssh" } }).registryMirror).toBeUndefined();
    expect(stackNeeds({ ...there, config: plainConfig(settings) }).registryMirror).toBeUndefined();
  });

  it("are read as Pulumi writes them", () => {
    expect(plainConfig(settings)).toEqual({ target: undefined, registryMirror: "mirror:5000" });
    expect(plainConfig("config:\n  feedback-loop:target: ssh\n")).toMatchObject({ target: "ssh" });
  });

  it("name a stack that can be part of a container's name", () => {
    expect(checkStackName("local")).toBe("local");
    for (const wrong of ["", "Local", "-x", "a/b", "a b", "x".repeat(42)])
      expect(() => checkStackName(wrong)).toThrow(UsageError);
  });
});

describe("the machine", () => {
  it.each([
    [0, "ID=debian", true],
    [0, 'ID=pop\nID_LIKE="ubuntu debian"', true],
    [0, "ID=fedora", false],
    [1000, "ID=debian", false],
    [0, undefined, false],
  ])("user %s of %j may install packages: %s", (uid, osRelease, expected) =>
    expect(canInstall({ uid, osRelease })).toBe(expected),
  );

  it("has a stale pid file when the number is nobody's or another program's", () => {
    const programOf = (pid: number) => ({ 7: "dockerd", 8: "bash" })[pid];
    expect(pidFileIsStale("7\n", programOf)).toBe(false);
    expect(pidFileIsStale("8\n", programOf)).toBe(true);
    expect(pidFileIsStale("9\n", programOf)).toBe(true);
  });
});

describe("files", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "files-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are written whole, with the rights asked for, and leave nothing beside them", () => {
    const file = join(folder, "a", "secret");
    writeWhole(file, "x", 0o600);
    expect(readIfThere(file)).toBe("x");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, "a"))).toEqual(["secret"]);
    expect(readIfThere(join(folder, "none"))).toBeUndefined();
  });

  it("come as a whole folder or not at all", async () => {
    const made = join(folder, "made");
    const failing = makeWhole(made, (unfinished) => {
      writeFileSync(join(unfinished, "half"), "");
      return Promise.reject(new Error("interrupted"));
    });
    await expect(failing).rejects.toThrow("interrupted");
    expect(readdirSync(folder)).toEqual([]);
    await makeWhole(made, (unfinished) =>
      Promise.resolve(writeFileSync(join(unfinished, "whole"), "")),
    );
    expect(readdirSync(made)).toEqual(["whole"]);
  });

  it("have a key that changes with any name and any content", () => {
    writeFileSync(join(folder, "a"), "1");
    const key = () => contentKey(readFolder(folder));
    const first = key();
    expect(key()).toBe(first);
    writeFileSync(join(folder, "a"), "2");
    const second = key();
    writeFileSync(join(folder, "b"), "2");
    expect(new Set([first, second, key()]).size).toBe(3);
  });
});
