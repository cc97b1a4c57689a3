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
const shownConsole = { cloud: "it's", serverId: "0a1b" };
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEGB";

/** Throws with the shell's words where the syntax is wrong; nothing is run. */
const parse = (script: string) => execFileSync("sh", ["-n"], { input: script, stdio: "pipe" });

describe("the gate's script", () => {
  it.each([
    ["at first contact", settings],
    ["with a given host key", { ...settings, hostKey: key }],
    ["with the agent's keys", { ...settings, login: { ...login, privateKeyPath: "" } }],
    ["with a console", { ...settings, console: shownConsole }],
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

  it("compares the key of the first contact with a console, and no key that a person gave", () => {
    const program = "console-key.ts' 'it'\\''s' '0a1b'";
    expect(gateScript({ ...settings, console: shownConsole })).toContain(program);
    expect(gateScript({ ...settings, console: shownConsole, hostKey: key })).not.toContain(program);
    expect(gateScript(settings)).not.toContain("console-key.ts");
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

describe("the comparison with the console", () => {
  /** What the gate makes of the keys that a program prints, and how often it asked. */
  function compared(keysProgram: string) {
    const script = gateScript({ ...settings, console: shownConsole });
    const part = /^unread=0$[^]*?^}$/m.exec(script)![0];
    const asking = part.replace(/keys=\$\(node .*?\)$/m, `keys=$(echo asked >&3; ${keysProgram})`);
    expect(asking).not.toBe(part);
    const around = `work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
echo "10.0.0.5 ${key}" >"$work/known_hosts"; : >"$work/error"
say() { echo "$1"; }; fail() { echo "fail: $1"; exit 1; }
exec 3>&1
${asking}
until confirm; do :; done; echo through`;
    const { stdout, status } = spawnSync("sh", ["-u"], { input: around, encoding: "utf8" });
    return { status, lines: stdout.trim().split("\n") };
  }

  it("lets the server's own key through", () => {
    const keys = `printf '%s\\n' 'ssh-rsa AAAAB3' '${key}'`;
    expect(compared(keys)).toEqual({ status: 0, lines: ["asked", "through"] });
  });

  it("stops before a machine that has another key, also one that only begins the same", () => {
    for (const other of ["ssh-rsa AAAAB3", `${key}X`, key.slice(0, -1)]) {
      const { status, lines } = compared(`echo '${other}'`);
      expect(status).toBe(1);
      expect(lines.at(-1)).toContain("fail: whoever answers at 10.0.0.5 port 22 shows another");
    }
  });

  it("waits a while for a console, and then says that it had none", () => {
    const { status, lines } = compared("true");
    expect(status).toBe(0);
    expect(lines.filter((line) => line === "asked")).toHaveLength(5);
    expect(lines.at(-2)).toContain("its console shows no host key to compare with");
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
