import { UsageError } from "../command";
import { root, stateFolder } from "../paths";
import { succeed } from "../processes";
import {
  checkStackName,
  environmentScript,
  plainConfig,
  pulumiEnvironment,
  stackNeeds,
  withoutSalt,
} from "./stack";

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

describe("the environment of pulumi", () => {
  const tools = { binFolder: "/tools/it's here", home: "/tools/home" };
  const base = { PATH: process.env["PATH"] };
  const bySourcing = async (user: NodeJS.ProcessEnv) => {
    const script = `${environmentScript(tools)}\nenv -0 | grep -z -e ^PULUMI_ -e ^PATH=`;
    const output = await succeed("bash", ["--norc", "-c", script], { env: user });
    const entries = output
      .split("\0")
      .filter(Boolean)
      .map((entry) => entry.split(/=(.*)/s).slice(0, 2));
    return Object.fromEntries(entries) as NodeJS.ProcessEnv;
  };

  it.each([
    ["nothing", {}],
    ["a shared state", { PULUMI_BACKEND_URL: "s3://bucket" }],
    ["a passphrase", { PULUMI_CONFIG_PASSPHRASE: "x" }],
    ["a passphrase file", { PULUMI_CONFIG_PASSPHRASE_FILE: "/x" }],
  ])("is the same by npm and by sourcing, where the user has set %s", async (_what, user) => {
    const environment = pulumiEnvironment({ ...base, ...user }, tools);
    expect(await bySourcing({ ...base, ...user })).toEqual(environment);
    expect(environment).toMatchObject(user);
  });

  it("keeps this clone's passphrase for this clone's state", () => {
    const own = pulumiEnvironment(base, tools);
    expect(own).toMatchObject({
      PULUMI_BACKEND_URL: `file://${root}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: `${stateFolder}/passphrase`,
      PULUMI_HOME: "/tools/home",
    });
    const shared = pulumiEnvironment({ ...base, PULUMI_BACKEND_URL: "s3://bucket" }, tools);
    expect(shared).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
  });

  it("has no variables that would mix with the stack's own cloud", () => {
    const user = { ...base, OS_AUTH_URL: "https://elsewhere", OS_CLIENT_CONFIG_FILE: "/c.yaml" };
    const environment = pulumiEnvironment(user, tools);
    expect(environment).not.toHaveProperty("OS_AUTH_URL");
    expect(environment).toHaveProperty("OS_CLIENT_CONFIG_FILE", "/c.yaml");
  });
});
