import {
  type Facts,
  type Inspected,
  checks,
  exceptions,
  execsWithMoreRights,
  processStatus,
} from "./cis-benchmark";

const mebibyte = 1024 ** 2;
const status = processStatus(`Name:	node
Uid:	1000	1000	1000	1000
CapPrm:	0000000000000000
CapEff:	0000000000000000
CapBnd:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
`);

const hostConfig: Inspected["HostConfig"] = {
  NetworkMode: "default",
  PidMode: "",
  IpcMode: "private",
  UTSMode: "",
  UsernsMode: "",
  CgroupParent: "",
  Privileged: false,
  ReadonlyRootfs: true,
  CapAdd: null,
  CapDrop: ["ALL"],
  SecurityOpt: ["no-new-privileges:true"],
  Devices: [],
  DeviceRequests: null,
  DeviceCgroupRules: null,
  Ulimits: [],
  Memory: 64 * mebibyte,
  MemorySwap: 64 * mebibyte,
  CpuShares: 512,
  PidsLimit: 100,
  RestartPolicy: { Name: "unless-stopped", MaximumRetryCount: 0 },
  PortBindings: { "5000/tcp": [{ HostIp: "127.0.0.1", HostPort: "5001" }] },
};

const inspected: Inspected = {
  Image: "sha256:1",
  AppArmorProfile: "",
  ProcessLabel: "",
  Config: { Healthcheck: { Test: ["CMD", "true"] } },
  State: { Health: { Status: "healthy" } },
  Mounts: [{ Type: "volume", Source: "/var/lib/docker/volumes/x/_data", Propagation: "" }],
  NetworkSettings: { Networks: { edge: {} } },
  HostConfig: hostConfig,
};

const good: Facts = {
  inspected,
  processes: [{ command: "node server.js", status }],
  spec: {
    memoryMiB: 64,
    cpuShares: 512,
    pidsLimit: 100,
    published: [{ host: 5001, container: 5000 }],
  },
  wantedImage: "sha256:1",
  cgroupParent: "",
  engine: { swarm: "inactive", securityOptions: ["name=seccomp,profile=default"] },
  execsWithMoreRights: { privileged: [], asRoot: [] },
};

const withHost = (change: Partial<Inspected["HostConfig"]>): Facts => ({
  ...good,
  inspected: { ...inspected, HostConfig: { ...hostConfig, ...change } },
});
const withInspected = (change: Partial<Inspected>): Facts => ({
  ...good,
  inspected: { ...inspected, ...change },
});
const withProcess = (change: Record<string, string>, command = "node"): Facts => ({
  ...good,
  processes: [...good.processes, { command, status: { ...status, ...change } }],
});
const withEngine = (change: Partial<Facts["engine"]>): Facts => ({
  ...good,
  engine: { ...good.engine, ...change },
});
const bind = (Source: string, Propagation = "rprivate") =>
  withInspected({ Mounts: [{ Type: "bind", Source, Propagation }] });
const published = (HostIp: string, HostPort: string) =>
  withHost({ PortBindings: { "5000/tcp": [{ HostIp, HostPort }] } });

/** For each check what breaks it. */
const bad: [string, string, Facts][] = [
  ["5.1", "swarm", withEngine({ swarm: "active" })],
  [
    "5.2",
    "an engine with AppArmor and no profile",
    withEngine({ securityOptions: ["name=apparmor", "name=seccomp"] }),
  ],
  [
    "5.3",
    "an engine with SELinux and no label",
    withEngine({ securityOptions: ["name=selinux", "name=seccomp"] }),
  ],
  ["5.4", "a capability added", withHost({ CapAdd: ["NET_ADMIN"] })],
  ["5.4", "capabilities kept", withHost({ CapDrop: null })],
  ["5.4", "a process with capabilities", withProcess({ CapEff: "00000000a80425fb" })],
  ["5.5", "privileged", withHost({ Privileged: true })],
  ["5.6", "a folder of the host", bind("/etc/ssl")],
  ["5.6", "the whole host", bind("/")],
  ["5.7", "an ssh server", withProcess({}, "/usr/sbin/sshd -D")],
  ["5.8", "a privileged port", published("127.0.0.1", "443")],
  ["5.9", "another port than is meant", published("127.0.0.1", "5002")],
  ["5.9", "a port that isn't published", withHost({ PortBindings: {} })],
  ["5.10", "the host's network", withHost({ NetworkMode: "host" })],
  ["5.11", "no memory limit", withHost({ Memory: 0 })],
  ["5.11", "swap", withHost({ MemorySwap: -1 })],
  ["5.12", "no CPU shares", withHost({ CpuShares: 0 })],
  ["5.13", "a root that can be written", withHost({ ReadonlyRootfs: false })],
  ["5.14", "a port on all interfaces", published("0.0.0.0", "5001")],
  ["5.15", "the policy that we have", good],
  ["5.16", "the host's processes", withHost({ PidMode: "host" })],
  ["5.17", "the host's IPC", withHost({ IpcMode: "host" })],
  ["5.18", "a device", withHost({ Devices: [{}] })],
  ["5.19", "no ulimit at all", withHost({ Ulimits: [{ Name: "nofile", Hard: -1 }] })],
  ["5.20", "a shared mount", bind("/srv", "rshared")],
  ["5.21", "the host's name", withHost({ UTSMode: "host" })],
  ["5.22", "an engine without seccomp", withEngine({ securityOptions: [] })],
  ["5.22", "a process without a filter", withProcess({ Seccomp: "0" })],
  [
    "5.23",
    "a privileged exec",
    { ...good, execsWithMoreRights: { privileged: ["here"], asRoot: [] } },
  ],
  ["5.24", "an exec as root", { ...good, execsWithMoreRights: { privileged: [], asRoot: ["x"] } }],
  ["5.25", "another control group", withHost({ CgroupParent: "/other" })],
  ["5.26", "new privileges allowed", withHost({ SecurityOpt: null })],
  ["5.26", "a process that may acquire them", withProcess({ NoNewPrivs: "0" })],
  ["5.27", "no health check", withInspected({ Config: {} })],
  [
    "5.27",
    "a health check that is switched off",
    withInspected({ Config: { Healthcheck: { Test: ["NONE"] } } }),
  ],
  ["5.28", "an old image", withInspected({ Image: "sha256:0" })],
  ["5.29", "no process limit", withHost({ PidsLimit: null })],
  ["5.30", "the default bridge", withInspected({ NetworkSettings: { Networks: { bridge: {} } } })],
  ["5.31", "the host's users", withHost({ UsernsMode: "host" })],
  ["5.32", "the engine's socket", bind("/var/run/docker.sock")],
];

describe("the checks of the CIS Docker Benchmark, section 5", () => {
  it("are all 32, in order", () => {
    expect(checks.map(({ number }) => number)).toEqual(
      Array.from({ length: 32 }, (_, at) => `5.${at + 1}`),
    );
  });

  it("hold for a container as ours are, but for the exceptions", () => {
    const failed = checks.filter(({ violations }) => violations(good).length > 0);
    expect(failed.map(({ number }) => number)).toEqual(exceptions);
  });

  it.each(bad)("%s notices %s", (number, _, facts) => {
    const { violations } = checks.find((check) => check.number === number)!;
    expect(violations(facts)).not.toEqual([]);
  });

  it("each have something that they notice", () => {
    expect([...new Set(bad.map(([number]) => number))]).toEqual(checks.map(({ number }) => number));
  });

  it.each(["5.4", "5.7", "5.22", "5.26"])("%s doesn't hold where no process was seen", (number) => {
    const { violations } = checks.find((check) => check.number === number)!;
    expect(violations({ ...good, processes: [] })).not.toEqual([]);
  });

  it("find execs with more rights in our own programs", () => {
    const lines = [
      'run(["exec", "--privileged", id, "sh"])',
      "docker exec --user root x sh",
      "docker exec -u 0 x sh",
      'run(["exec", id, ...command])',
      "docker exec --user 1000 x sh",
      "docker run --privileged x",
    ];
    expect(execsWithMoreRights(lines)).toEqual({
      privileged: [lines[0]],
      asRoot: [lines[1], lines[2]],
    });
  });
});
