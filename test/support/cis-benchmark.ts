// CIS Docker Benchmark 1.6.0, section 5 "Container Runtime Configuration": its 32 checks by number and title, each as a pure
// function of what the engine and the kernel say of one container. Which checks we don't follow, and why: `exceptions`.
import type { ServiceSpec } from "../../infra/services/service-spec";

/** What `docker inspect` prints, as far as the checks read it. */
export interface Inspected {
  Image: string;
  AppArmorProfile: string;
  ProcessLabel: string;
  Config: { Healthcheck?: { Test?: string[] } };
  State: { Health?: { Status: string } };
  Mounts: { Type: string; Source: string; Propagation: string }[];
  NetworkSettings: { Networks: Record<string, unknown> };
  HostConfig: {
    NetworkMode: string;
    PidMode: string;
    IpcMode: string;
    UTSMode: string;
    UsernsMode: string;
    CgroupParent: string;
    Privileged: boolean;
    ReadonlyRootfs: boolean;
    CapAdd: string[] | null;
    CapDrop: string[] | null;
    SecurityOpt: string[] | null;
    Devices: unknown[] | null;
    DeviceRequests: unknown[] | null;
    DeviceCgroupRules: string[] | null;
    Ulimits: { Name: string; Hard: number }[] | null;
    Memory: number;
    MemorySwap: number;
    CpuShares: number;
    PidsLimit: number | null;
    RestartPolicy: { Name: string; MaximumRetryCount: number };
    PortBindings: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
  };
}

/** One process of a container, as `/proc/PID/status` on the host has it. */
export interface Process {
  command: string;
  status: Readonly<Record<string, string>>;
}

export interface Facts {
  inspected: Inspected;
  processes: readonly Process[];
  /** What the container is meant to be. */
  spec: Pick<ServiceSpec, "memoryMiB" | "cpuShares" | "pidsLimit" | "published">;
  /** Id of the image that the deployment asked for. */
  wantedImage: string;
  /** Control group that the stack's configuration names. */
  cgroupParent: string;
  engine: { swarm: string; securityOptions: readonly string[] };
  /** Places of our own programs that run something inside a container with more rights than it has. */
  execsWithMoreRights: { privileged: readonly string[]; asRoot: readonly string[] };
}

export interface Check {
  number: string;
  title: string;
  /** What is wrong, in words; nothing where the check holds. */
  violations: (facts: Facts) => string[];
}

type Host = Inspected["HostConfig"];

/** A violation with these words, unless what it is about holds. */
const unless = (holds: boolean, words: string): string[] => (holds ? [] : [words]);
const isEmpty = (list: readonly unknown[] | null) => (list ?? []).length === 0;
const host = (test: (config: Host) => string[]) => (facts: Facts) =>
  test(facts.inspected.HostConfig);
const each = (test: (process: Process) => string[]) => (facts: Facts) =>
  facts.processes.length === 0 ? ["none of its processes was seen"] : facts.processes.flatMap(test);
const engineHas = ({ engine }: Facts, feature: string) =>
  engine.securityOptions.some((option) => option.startsWith(`name=${feature}`));
const bindings = ({ inspected }: Facts) =>
  Object.entries(inspected.HostConfig.PortBindings ?? {}).flatMap(([port, bound]) =>
    (bound ?? []).map(({ HostIp, HostPort }) => ({
      container: Number.parseInt(port),
      host: Number(HostPort),
      ip: HostIp,
    })),
  );

const firstUnprivilegedPort = 1024;
const noCapability = "0000000000000000";
const filterMode = "2";
const mebibyte = 1024 ** 2;
const sensitiveFolders = ["/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr"];
const isBelow = (path: string, folder: string) =>
  path === folder || (folder !== "/" && path.startsWith(`${folder}/`));

const confinement: Check[] = [
  {
    number: "5.1",
    title: "Ensure swarm mode is not Enabled, if not needed",
    violations: ({ engine }) => unless(engine.swarm !== "active", "the engine is part of a swarm"),
  },
  {
    number: "5.2",
    title: "Ensure that, if applicable, an AppArmor Profile is enabled",
    violations: (facts) =>
      engineHas(facts, "apparmor")
        ? unless(
            !["", "unconfined"].includes(facts.inspected.AppArmorProfile),
            "no AppArmor profile",
          )
        : [],
  },
  {
    number: "5.3",
    title: "Ensure that, if applicable, SELinux security options are set",
    violations: (facts) =>
      engineHas(facts, "selinux")
        ? unless(facts.inspected.ProcessLabel !== "", "no SELinux label")
        : [],
  },
  {
    number: "5.4",
    title: "Ensure that Linux kernel capabilities are restricted within containers",
    violations: (facts) => [
      ...host(({ CapAdd, CapDrop }) =>
        unless(isEmpty(CapAdd) && (CapDrop ?? []).includes("ALL"), "not all capabilities dropped"),
      )(facts),
      ...each(({ command, status }) =>
        unless(
          [status["CapEff"], status["CapPrm"], status["CapBnd"]].every(
            (set) => set === noCapability,
          ),
          `${command} has capabilities`,
        ),
      )(facts),
    ],
  },
  {
    number: "5.5",
    title: "Ensure that privileged containers are not used",
    violations: host(({ Privileged }) => unless(!Privileged, "privileged")),
  },
  {
    number: "5.6",
    title: "Ensure sensitive host system directories are not mounted on containers",
    violations: ({ inspected }) =>
      inspected.Mounts.filter(
        ({ Type, Source }) =>
          Type === "bind" && sensitiveFolders.some((folder) => isBelow(Source, folder)),
      ).map(({ Source }) => `mounts ${Source}`),
  },
  {
    number: "5.7",
    title: "Ensure sshd is not run within containers",
    violations: each(({ command }) => unless(!/\bsshd\b/.test(command), `runs ${command}`)),
  },
];

const portsAndLimits: Check[] = [
  {
    number: "5.8",
    title: "Ensure privileged ports are not mapped within containers",
    violations: (facts) =>
      bindings(facts).flatMap((binding) =>
        unless(binding.host >= firstUnprivilegedPort, `publishes port ${binding.host}`),
      ),
  },
  {
    number: "5.9",
    title: "Ensure that only needed ports are open on the container",
    violations: (facts) => {
      const list = (ports: readonly { host: number; container: number }[]) =>
        ports.map(({ host: outside, container }) => `${outside}:${container}`).sort();
      const [found, wanted] = [list(bindings(facts)), list(facts.spec.published ?? [])];
      return unless(
        found.join() === wanted.join(),
        `publishes ${found.join(", ") || "nothing"} and not ${wanted.join(", ") || "nothing"}`,
      );
    },
  },
  {
    number: "5.10",
    title: "Ensure that the host's network namespace is not shared",
    violations: host(({ NetworkMode }) => unless(NetworkMode !== "host", "shares the network")),
  },
  {
    number: "5.11",
    title: "Ensure that the memory usage for containers is limited",
    violations: ({ inspected: { HostConfig }, spec }) => [
      ...unless(HostConfig.Memory === spec.memoryMiB * mebibyte, `memory ${HostConfig.Memory}`),
      ...unless(HostConfig.MemorySwap === HostConfig.Memory, `swap ${HostConfig.MemorySwap}`),
    ],
  },
  {
    number: "5.12",
    title: "Ensure that CPU priority is set appropriately on containers",
    violations: ({ inspected: { HostConfig }, spec }) =>
      unless(HostConfig.CpuShares === spec.cpuShares, `CPU shares ${HostConfig.CpuShares}`),
  },
  {
    number: "5.13",
    title: "Ensure that the container's root filesystem is mounted as read only",
    violations: host(({ ReadonlyRootfs }) => unless(ReadonlyRootfs, "can write to its root")),
  },
  {
    number: "5.14",
    title: "Ensure that incoming container traffic is bound to a specific host interface",
    violations: (facts) =>
      bindings(facts).flatMap(({ host: outside, ip }) =>
        unless(!["", "0.0.0.0", "::"].includes(ip), `port ${outside} listens everywhere`),
      ),
  },
  {
    number: "5.15",
    title: "Ensure that the 'on-failure' container restart policy is set to '5'",
    violations: host(({ RestartPolicy }) =>
      unless(
        RestartPolicy.Name === "on-failure" && RestartPolicy.MaximumRetryCount === 5,
        `restart policy ${RestartPolicy.Name}`,
      ),
    ),
  },
];

const namespaces: Check[] = [
  {
    number: "5.16",
    title: "Ensure that the host's process namespace is not shared",
    violations: host(({ PidMode }) => unless(PidMode !== "host", "shares the processes")),
  },
  {
    number: "5.17",
    title: "Ensure that the host's IPC namespace is not shared",
    violations: host(({ IpcMode }) =>
      unless(!["host", "shareable"].includes(IpcMode), `IPC mode ${IpcMode}`),
    ),
  },
  {
    number: "5.18",
    title: "Ensure that host devices are not directly exposed to containers",
    violations: host(({ Devices, DeviceRequests, DeviceCgroupRules }) =>
      unless([Devices, DeviceRequests, DeviceCgroupRules].every(isEmpty), "has devices"),
    ),
  },
  {
    number: "5.19",
    title: "Ensure that the default ulimit is overwritten at runtime if needed",
    violations: host(({ Ulimits }) =>
      (Ulimits ?? [])
        .filter(({ Hard }) => Hard < 0)
        .map(({ Name }) => `ulimit ${Name} without limit`),
    ),
  },
  {
    number: "5.20",
    title: "Ensure mount propagation mode is not set to shared",
    violations: ({ inspected }) =>
      inspected.Mounts.filter(({ Propagation }) => /^r?shared$/.test(Propagation)).map(
        ({ Source }) => `shares mount ${Source}`,
      ),
  },
  {
    number: "5.21",
    title: "Ensure that the host's UTS namespace is not shared",
    violations: host(({ UTSMode }) => unless(UTSMode !== "host", "shares the host's name")),
  },
  {
    number: "5.22",
    title: "Ensure the default seccomp profile is not Disabled",
    violations: (facts) => [
      ...unless(engineHas(facts, "seccomp"), "the engine has no seccomp profile"),
      ...each(({ command, status }) =>
        unless(status["Seccomp"] === filterMode, `${command} runs without a filter of calls`),
      )(facts),
    ],
  },
  {
    number: "5.23",
    title: "Ensure that docker exec commands are not used with the privileged option",
    violations: ({ execsWithMoreRights }) => [...execsWithMoreRights.privileged],
  },
  {
    number: "5.24",
    title: "Ensure that docker exec commands are not used with the user=root option",
    violations: ({ execsWithMoreRights }) => [...execsWithMoreRights.asRoot],
  },
];

const operation: Check[] = [
  {
    number: "5.25",
    title: "Ensure that cgroup usage is confirmed",
    violations: ({ inspected: { HostConfig }, cgroupParent }) =>
      unless(HostConfig.CgroupParent === cgroupParent, `control group ${HostConfig.CgroupParent}`),
  },
  {
    number: "5.26",
    title: "Ensure that the container is restricted from acquiring additional privileges",
    violations: (facts) => [
      ...host(({ SecurityOpt }) =>
        unless(
          (SecurityOpt ?? []).includes("no-new-privileges:true"),
          "may acquire new privileges",
        ),
      )(facts),
      ...each(({ command, status }) =>
        unless(status["NoNewPrivs"] === "1", `${command} may acquire new privileges`),
      )(facts),
    ],
  },
  {
    number: "5.27",
    title: "Ensure that container health is checked at runtime",
    violations: ({ inspected: { Config, State } }) =>
      unless(
        (Config.Healthcheck?.Test ?? ["NONE"])[0] !== "NONE" && State.Health !== undefined,
        "its health isn't checked",
      ),
  },
  {
    number: "5.28",
    title: "Ensure that Docker commands always make use of the latest version of their image",
    violations: ({ inspected, wantedImage }) =>
      unless(inspected.Image === wantedImage, `runs ${inspected.Image}, not ${wantedImage}`),
  },
  {
    number: "5.29",
    title: "Ensure that the PIDs cgroup limit is used",
    violations: ({ inspected: { HostConfig }, spec }) =>
      unless(HostConfig.PidsLimit === spec.pidsLimit, `process limit ${HostConfig.PidsLimit}`),
  },
  {
    number: "5.30",
    title: `Ensure that Docker's default bridge "docker0" is not used`,
    violations: ({ inspected: { NetworkSettings } }) => {
      const names = Object.keys(NetworkSettings.Networks);
      return [
        ...unless(names.length > 0, "is on no network"),
        ...unless(!names.includes("bridge"), "is on the default bridge"),
      ];
    },
  },
  {
    number: "5.31",
    title: "Ensure that the host's user namespaces are not shared",
    violations: host(({ UsernsMode }) => unless(UsernsMode !== "host", "shares the users")),
  },
  {
    number: "5.32",
    title: "Ensure that the Docker socket is not mounted inside any containers",
    violations: ({ inspected }) =>
      inspected.Mounts.filter(({ Source }) =>
        /(docker|containerd)\.sock$|^\/run$|^\/var\/run$/.test(Source),
      ).map(({ Source }) => `mounts ${Source}`),
  },
];

export const checks: readonly Check[] = [
  ...confinement,
  ...portsAndLimits,
  ...namespaces,
  ...operation,
];

/** Checks that we don't follow, by number; docs/architecture.md gives the reasons. */
export const exceptions: readonly string[] = ["5.15"];

/** The lines of `/proc/PID/status`. */
export const processStatus = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const [, name, value] = /^(\w+):\s*(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value!]];
    }),
  );

/** Lines of a program that run something inside a container with a right that the container itself doesn't have. */
export function execsWithMoreRights(lines: readonly string[]): Facts["execsWithMoreRights"] {
  const execs = lines.filter((line) => /\bexec\b/.test(line));
  return {
    privileged: execs.filter((line) => /--privileged\b/.test(line)),
    asRoot: execs.filter((line) => /(--user[=", ]+|\s-u[", ]+)"?(root|0)\b/.test(line)),
  };
}
