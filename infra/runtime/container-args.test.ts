import { execFileSync, spawnSync } from "node:child_process";
import { readConfig } from "../config";
import { catalogue } from "../services/catalogue";
import type { JobSpec, ServiceSpec } from "../services/service-spec";
import { containerArgs, duration, jobScript } from "./container-args";

const specs = catalogue(readConfig({}));
const services = specs.filter((spec): spec is ServiceSpec => spec.kind === "service");
const naming = { prefix: "feedback-loop-test", stack: "test", owner: "/a clone" };
const placement = {
  naming,
  bindAddress: "127.0.0.1",
  cgroupParent: "",
};

describe("a service's container", () => {
  it.each(services.map((spec): [string, ServiceSpec] => [spec.name, spec]))(
    "%s has no right that it doesn't need",
    (_, spec) => {
      expect(containerArgs(spec, placement)).toMatchObject({
        readOnly: true,
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        memory: spec.memoryMiB,
        memorySwap: spec.memoryMiB,
        cpus: spec.cpus.toFixed(1),
        logOpts: { "max-size": "10m" },
        restart: "unless-stopped",
      });
    },
  );

  it("publishes what its spec says, on the host's bind address", () => {
    const minio = services.find(({ name }) => name === "minio")!;
    expect(containerArgs(minio, placement).ports).toEqual([]);
    const published = { ...minio, published: [{ host: 9001, container: 19001 }] };
    expect(containerArgs(published, placement).ports).toEqual([
      { internal: 19001, external: 9001, ip: "127.0.0.1" },
    ]);
  });

  it("asks no name server unless it has a way out", () => {
    const minio = services.find(({ name }) => name === "minio")!;
    expect(containerArgs(minio, placement)).toMatchObject({ dns: ["127.0.0.1"] });
    const out = containerArgs({ ...minio, networks: ["edge", "outside"] }, placement);
    expect(out).not.toHaveProperty("dns");
  });

  it("is in the control group that the configuration names", () => {
    const [spec] = services;
    expect(containerArgs(spec!, placement)).not.toHaveProperty("cgroupParent");
    const grouped = containerArgs(spec!, { ...placement, cgroupParent: "/course" });
    expect(grouped).toMatchObject({ cgroupParent: "/course" });
  });
});

it.each([
  [5, "5s"],
  [60, "1m0s"],
  [125, "2m5s"],
])("writes %i seconds as the engine does", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

describe("a job's script", () => {
  const job: JobSpec = {
    kind: "job",
    name: "greet",
    image: "provision",
    command: ["echo", "it's", "$HOME"],
    env: {},
    networks: ["database", "storage"],
    after: [],
    memoryMiB: 64,
    cpus: 1,
    cpuShares: 512,
    pidsLimit: 64,
    tmpfs: { "/tmp": "size=1m" },
  };
  const script = jobScript(job, {
    naming,
    imageId: "sha256:1",
    networks: ["net-a", "net-b"],
    cgroupParent: "/course",
  });

  it("is as reviewed", () => expect(script).toMatchSnapshot());

  it("passes words through the shell unchanged", () => {
    const told = `exec 3>&1\ndocker() { printf '<%s>' "$@" >&3; }\n${script}`;
    expect(execFileSync("sh", ["-c", told]).toString()).toContain("<echo><it's><$HOME>");
  });

  it("leaves to the program what follows its environment, byte by byte", () => {
    const reading = jobScript(job, {
      naming,
      imageId: "sha256:1",
      networks: [],
      cgroupParent: "",
      takesInput: true,
    });
    // The engine's part: keeps the environment, and hands its input to the program.
    const engine = `docker() { case $1 in create) cat >&3; echo made ;; start) cat ;; esac; }`;
    const file = Buffer.from([0, 10, 10, 255, 65]);
    const input = Buffer.concat([Buffer.from("USER=a\nPASSWORD=b\\ c\n\n"), file]);
    const told = `${engine}\n${reading}`;
    const { stdout, output } = spawnSync("sh", ["-c", told], {
      input,
      stdio: ["pipe", "pipe", "pipe", "pipe"],
    });
    expect(stdout).toEqual(file);
    expect(String(output[3])).toBe("USER=a\nPASSWORD=b\\ c\n");
    expect(reading).toContain("docker start --attach --interactive 'feedback-loop-");
  });
});
