import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { gateScript } from "./gate";
import { contactProblems, littleMemory, noDocker, oldDocker, portTaken } from "./host-problems";
import { prepareScript } from "./prepare-script";

const login = { address: "10.0.0.5", user: "cc", port: 22, privateKeyPath: "/keys/course" };
const needs = {
  stack: "it's",
  memoryMiB: 3000,
  freeMiB: 7000,
  ports: { frontend: 5000 },
  bindAddress: "0.0.0.0",
  registry: "docker.io",
  officialImage: "docker.io/library/postgres:17",
  ownImages: ["registry.example.org/loop/frontend:1"],
};
const settings = { login, hostKey: "", timeoutSeconds: 600, needs };
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEGB";

/** Throws with the shell's words where the syntax is wrong; nothing is run. */
const parse = (script: string) => execFileSync("sh", ["-n"], { input: script, stdio: "pipe" });

describe("the gate's script", () => {
  it.each([
    ["at first contact", settings],
    ["with a given host key", { ...settings, hostKey: key }],
    ["with the agent's keys", { ...settings, login: { ...login, privateKeyPath: "" } }],
  ])("is one that a POSIX shell reads, %s", (_, given) => {
    expect(() => parse(gateScript(given))).not.toThrow();
  });

  it("believes whoever answers first, and keeps that key", () => {
    const script = gateScript(settings);
    expect(script).toContain("StrictHostKeyChecking=accept-new");
    expect(script).toContain(`awk '{ print $2, $3; exit }' "$work/known_hosts"`);
  });

  it("believes the given key only", () => {
    const script = gateScript({ ...settings, hostKey: key });
    expect(script).toContain("'StrictHostKeyChecking=yes'");
    expect(script).not.toContain("accept-new");
    expect(script).toContain(`echo '${key}'`);
  });

  it("looks for the key first, at home as ssh does, or for its public half beside an agent", () => {
    const at = (privateKeyPath: string) =>
      gateScript({ ...settings, login: { ...login, privateKeyPath } });
    expect(at("/keys/course")).toContain(
      `[ -e '/keys/course' ] || [ -e '/keys/course'.pub ] || fail`,
    );
    expect(at("~/.ssh/course")).toContain(`[ -e "$HOME"'/.ssh/course' ] ||`);
    expect(at("")).not.toContain("[ -e ");
  });

  it("has words for everything that ssh may say, and waits only for what passes", () => {
    const script = gateScript(settings).replaceAll(`'\\''`, "'");
    for (const { words, passes } of contactProblems(login))
      expect(script).toContain(`${passes ? "wait_or_fail" : "fail"} '${words}'`);
  });
});

describe("the judge of a machine", () => {
  const judge = (facts: string) =>
    spawnSync(
      "node",
      ["--import", "tsx", join(__dirname, "judge.ts"), JSON.stringify({ ...needs, ownImages: [] })],
      { input: facts, encoding: "utf8" },
    );
  const fit = () =>
    `freeMiB=8000\nmemoryMiB=4000\ndockerVersion=20.10.24\nlistening=00000000:0016\nregistry=here\ntime=${Math.round(Date.now() / 1000)}\n`;

  it("lets one through that is fit", () => {
    expect(judge(fit())).toMatchObject({ status: 0, stderr: "" });
  });

  it("refuses another with everything that is wrong, in the doctor's words", () => {
    const { status, stderr } = judge(
      fit().replace("memoryMiB=4000", "memoryMiB=1000").replace(":0016", ":1388"),
    );
    expect(status).toBe(1);
    expect(stderr).toBe(`${littleMemory("1000", 3000)}\n${portTaken("frontend", 5000)}\n`);
  });
});

describe("what is done on the machine", () => {
  const script = prepareScript("cc");

  it("is a script that a POSIX shell reads", () => {
    expect(() => parse(script)).not.toThrow();
  });

  it("refuses with the words that the doctor has", () => {
    expect(script).toContain(noDocker("cc").replaceAll("'", `'\\''`));
    const shell = (words: string) => words.replaceAll("'", `'\\''`).replace(/X(\w+)X/g, `'"$$$1"'`);
    expect(script).toContain(shell(oldDocker("XversionX")));
  });
});

describe("what ssh says", () => {
  const wordsFor = (said: string) =>
    contactProblems(login).find(({ pattern }) => new RegExp(pattern).test(said))?.words;

  it.each([
    ["sh: 1: ssh: not found", "ssh is missing on this machine, or too old"],
    ["command-line: line 0: Bad configuration option: knownhostscommand", "OpenSSH 8.5"],
    ["Host key verification failed.", "another host key"],
    ["No ED25519 host key is known for 10.0.0.5 and you have requested", "another host key"],
    ["cc@10.0.0.5: Permission denied (publickey).", "doesn't let cc in"],
    ["ssh: Could not resolve hostname x: Name or service not known", "no machine is named"],
    ["Received disconnect: 2: Too many authentication failures", "too many keys"],
    [
      "@ WARNING: UNPROTECTED PRIVATE KEY FILE! @\nLoad key: bad permissions\ncc@x: Permission denied (publickey).",
      "others may read it",
    ],
  ])("%j is told as %j", (said, words) => {
    expect(wordsFor(said)).toContain(words);
  });

  it("is left to itself where a machine just boots", () => {
    expect(wordsFor("ssh: connect to host 10.0.0.5 port 22: Connection refused")).toBeUndefined();
  });
});
