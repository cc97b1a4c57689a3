import { execFileSync } from "node:child_process";
import { type Facts, factsScript, readFacts } from "./facts";
import type { HostNeeds } from "./host-needs";
import { noDocker, noDockerRight } from "./host-problems";
import { verdicts } from "./verdicts";

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
  listening: "00000000:0016 0100007F:1F90",
  registry: "200",
};
const needs: HostNeeds = {
  stack: "class",
  memoryMiB: 1856,
  freeMiB: 7000,
  ports: { frontend: 5000, minio: 9001 },
  bindAddress: "0.0.0.0",
  registry: "docker.io",
  officialImage: "docker.io/library/postgres:17",
  ownImages: [],
};
const now = 1000003;
const judged = (changed: Facts, check: string, more: Partial<HostNeeds> = {}) =>
  verdicts({ ...fit, ...changed }, { ...needs, ...more }, now).find(
    (verdict) => verdict.check === check,
  )!;
const without = (...names: (keyof Facts)[]): Facts =>
  Object.fromEntries(names.map((name) => [name, undefined]));

describe("a machine that is fit", () => {
  it("passes every check", () => {
    expect(verdicts(fit, needs, now).map(({ check, ok }) => [check, ok])).toEqual(
      ["machine", "docker", "disk", "memory", "ports", "clock", "registry"].map((check) => [
        check,
        true,
      ]),
    );
  });

  it("may keep what it runs of the stack already", () => {
    const running = {
      listening: "00000000:1388",
      published: "0.0.0.0:5000->5000/tcp",
      freeMiB: "2000",
    };
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
    [
      "ports",
      { listening: "0100007F:1388 00000000:2329" },
      "port 5000, which frontend is published on",
    ],
    [
      "ports",
      { listening: "00000000:2329", published: "0.0.0.0:5000->5000/tcp" },
      "ports.minio PORT",
    ],
    ["clock", { time: "1000064" }, "61 s ahead"],
    ["clock", { time: "999000" }, "1003 s behind"],
    [
      "registry",
      { registry: '500 Get "https://registry-1.docker.io/v2/": no such host' },
      "gets no official images from the registry docker.io (500 Get",
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

describe("a port", () => {
  it("is the stack's own also where the engine writes it in a range with its neighbours", () => {
    const published = "0.0.0.0:4999-5000->4999-5000/tcp, 0.0.0.0:9000-9001->9000-9001/tcp";
    const listening = "00000000:1388 00000000:2329";
    expect(judged({ listening, published }, "ports").ok).toBe(true);
    expect(judged({ listening, published: "0.0.0.0:5001-5002->1-2/tcp" }, "ports").ok).toBe(false);
  });

  it.each([
    ["0.0.0.0", "0100007F:1388"],
    ["10.0.0.5", "0500000A:1388"],
    ["10.0.0.5", "00000000:1388"],
    ["10.0.0.5", "00000000000000000000000000000000:1388"],
    ["10.0.0.5", "0000000000000000FFFF00000500000A:1388"],
  ])("on %s is taken by %s", (bindAddress, listening) => {
    expect(judged({ listening }, "ports", { bindAddress }).ok).toBe(false);
  });

  it.each([
    ["10.0.0.5", "0100007F:1388"],
    ["127.0.0.1", "0000000000000000FFFF00000500000A:1388"],
    ["0.0.0.0", "00000000000000000000000001000000:1388"],
    ["0.0.0.0", "00000000:1389"],
  ])("on %s is free beside %s", (bindAddress, listening) => {
    expect(judged({ listening }, "ports", { bindAddress }).ok).toBe(true);
  });
});

describe("images that are pulled", () => {
  const ownImages = ["registry.example.org/loop/frontend:1", "registry.example.org/loop/model:2"];
  const images = (facts: Facts) => judged(facts, "images", { ownImages });

  it("are there", () => {
    expect(images({ missingImages: "none" })).toMatchObject({ ok: true });
  });

  it("are named where they are missing, with the command that brings them", () => {
    const { ok, words } = images({ missingImages: ownImages[1] });
    expect(ok).toBe(false);
    expect(words).toContain(`(${ownImages[1]}): npm run images -- push -s class`);
  });

  it("can't be had from a registry that isn't reached", () => {
    const silent = { missingImages: "none", imageProblem: "500 connection refused" };
    expect(images(silent).words).toContain("(500 connection refused)");
    expect(images(silent).ok).toBe(false);
    const closed = { missingImages: "none", imageProblem: "500 no basic auth credentials" };
    expect(images(closed).words).toContain("images are pulled without a login");
    expect(images({}).ok).toBeUndefined();
  });
});

describe("the facts", () => {
  const asked = {
    stack: "it's",
    officialImage: "postgres:17",
    ownImages: ["own/it's:1", "own/b:2"],
  };
  const script = factsScript({ ...asked, registry: "127.0.0.1:5055" });

  it("come from a script that a POSIX shell reads", () => {
    expect(() => execFileSync("sh", ["-n"], { input: script, stdio: "pipe" })).not.toThrow();
  });

  it("are read by name, without what a login prints besides", () => {
    const printed = "Welcome!\nPATH=/bin\nuser=cc\nsystem=Debian = good\ntime=5\n";
    expect(readFacts(printed)).toEqual({ user: "cc", system: "Debian = good", time: "5" });
  });

  it("ask registries on loopback without TLS, as engines do, and Docker Hub where it is", () => {
    expect(script).toContain("'http://127.0.0.1:5055/v2/'");
    const at = (registry: string) => factsScript({ ...asked, registry });
    expect(at("mirror.example.org:5000")).toContain("'https://mirror.example.org:5000/v2/'");
    expect(at("docker.io")).toContain("'https://registry-1.docker.io/v2/'");
  });
});
