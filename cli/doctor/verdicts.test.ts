import { noDocker, noDockerRight } from "../../infra/host/host-problems";
import { type Facts, factsScript, readFacts } from "./facts";
import { type Needs, verdicts } from "./verdicts";
import { contactProblem } from "./contact";
import { execFileSync } from "node:child_process";

const fit: Facts = {
  system: "Debian GNU/Linux 12 (bookworm)",
  user: "cc",
  mayBeRoot: "no",
  cloudInit: "done",
  dockerClient: "/usr/bin/docker",
  dockerVersion: "20.10.24+dfsg1",
  dockerFolder: "/var/lib/docker",
  freeMiB: "20000",
  memoryMiB: "3900",
  time: "1000000",
  listening: "0016 1F90",
  registry: "200",
};
const needs: Needs = {
  memoryMiB: 1856,
  freeMiB: 7000,
  ports: { frontend: 5000, minio: 9001 },
  registry: "docker.io",
  now: 1000003,
};
const judged = (changed: Facts, check: string) =>
  verdicts({ ...fit, ...changed }, needs).find((verdict) => verdict.check === check)!;
const without = (...names: (keyof Facts)[]): Facts =>
  Object.fromEntries(names.map((name) => [name, undefined]));

describe("a machine that is fit", () => {
  it("passes every check", () => {
    expect(verdicts(fit, needs).map(({ check, ok }) => [check, ok])).toEqual(
      ["machine", "docker", "disk", "memory", "ports", "clock", "registry"].map((check) => [
        check,
        true,
      ]),
    );
  });

  it("may keep what it runs of the stack already", () => {
    const running = { listening: "1388", published: "0.0.0.0:5000->5000/tcp", freeMiB: "2000" };
    expect(judged(running, "ports").ok).toBe(true);
    expect(judged(running, "disk").ok).toBe(true);
  });

  it.each([
    [
      { ...without("dockerClient", "dockerVersion"), mayBeRoot: "yes" },
      "the deployment installs it",
    ],
    [{ ...without("dockerVersion"), mayBeRoot: "yes", dockerProblem: "x" }, "starts Docker"],
  ])("may leave to the deployment what that can do: %j", (changed, words) => {
    expect(judged(changed, "docker")).toMatchObject({ ok: true });
    expect(judged(changed, "docker").words).toContain(words);
  });
});

describe("a machine that isn't fit", () => {
  it.each<[string, Facts, string]>([
    ["docker", without("dockerClient", "dockerVersion"), noDocker("cc")],
    [
      "docker",
      { ...without("dockerVersion"), dockerProblem: "Got permission denied while" },
      noDockerRight("cc"),
    ],
    [
      "docker",
      { ...without("dockerVersion"), dockerProblem: "Is the docker daemon running?" },
      "systemctl enable --now docker",
    ],
    [
      "docker",
      { dockerVersion: "19.03.5" },
      "Docker Engine 19.03.5 on the machine is too old: it takes 20.10",
    ],
    [
      "docker",
      { ...without("dockerClient", "dockerVersion"), mayBeRoot: "yes", system: "Fedora" },
      "install Docker Engine",
    ],
    [
      "disk",
      { freeMiB: "6999" },
      "6999 MiB free where Docker keeps its data (/var/lib/docker); it takes 7000 MiB",
    ],
    ["memory", { memoryMiB: "1855" }, "1855 MiB of memory"],
    ["ports", { listening: "1388 2329" }, "port 5000, which frontend is published on"],
    ["ports", { listening: "2329", published: "0.0.0.0:5000->5000/tcp" }, "ports.minio PORT"],
    ["clock", { time: "1000064" }, "61 s ahead"],
    ["clock", { time: "999000" }, "1003 s behind"],
    [
      "registry",
      { registry: "000curl: (6) Could not resolve host" },
      "can't reach the registry docker.io",
    ],
  ])("is told so by check %s of %j", (check, changed, words) => {
    expect(judged(changed, check)).toMatchObject({ ok: false });
    expect(judged(changed, check).words).toContain(words);
  });

  it.each([
    ["disk", without("freeMiB")],
    ["memory", without("memoryMiB")],
    ["ports", without("listening")],
    ["clock", without("time")],
    ["registry", without("registry")],
  ])("isn't called fit by check %s where a fact is missing", (check, changed) => {
    expect(judged(changed, check).ok).toBeUndefined();
  });
});

describe("the facts", () => {
  const script = factsScript({ stack: "it's", registry: "127.0.0.1:5055" });

  it("come from a script that a POSIX shell reads", () => {
    expect(() => execFileSync("sh", ["-n"], { input: script, stdio: "pipe" })).not.toThrow();
  });

  it("are read by name, without what a login prints besides", () => {
    const printed = "Welcome!\nPATH=/bin\nuser=cc\nsystem=Debian = good\ntime=5\n";
    expect(readFacts(printed)).toEqual({ user: "cc", system: "Debian = good", time: "5" });
  });

  it("ask registries on loopback without TLS, as engines do, and Docker Hub where it is", () => {
    expect(script).toContain("'http://127.0.0.1:5055/v2/'");
    const at = (registry: string) => factsScript({ stack: "s", registry });
    expect(at("mirror.example.org:5000")).toContain("'https://mirror.example.org:5000/v2/'");
    expect(at("docker.io")).toContain("'https://registry-1.docker.io/v2/'");
  });
});

describe("a login", () => {
  const login = { address: "10.0.0.5", user: "cc", port: 22, privateKeyPath: "" };
  const problem = (exitCode: number, stderr: string, facts: Facts = {}) =>
    contactProblem(login, { exitCode, stderr }, facts);

  it("is well when it told the facts, whatever else was said", () => {
    expect(problem(0, "Warning: Permanently added", { time: "5" })).toBeUndefined();
  });

  it.each([
    [255, "cc@10.0.0.5: Permission denied (publickey).", "doesn't let cc in"],
    [255, "Host key verification failed.", "config set --path ssh.hostKey"],
    [
      255,
      "ssh: connect to host 10.0.0.5 port 22: No route to host",
      "No route to host: no ssh at 10.0.0.5",
    ],
    [137, "", "no ssh at 10.0.0.5 port 22"],
    [142, 'Please login as the user "debian".', "can't run commands"],
  ])("that ends with %i and %j says what to do", (exitCode, stderr, words) => {
    expect(problem(exitCode, stderr)).toContain(words);
  });
});
