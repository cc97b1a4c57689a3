// A control group of this machine with a limit of memory: whatever runs in it lives on a machine of that size. It takes root.
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { succeed } from "../../cli/processes";

const cgroups = "/sys/fs/cgroup";
/** Version 2 has one tree; version 1 has one for each kind of limit. */
const isVersion2 = () => existsSync(join(cgroups, "cgroup.controllers"));

const names = {
  1: {
    limit: "memory.limit_in_bytes",
    withSwap: "memory.memsw.limit_in_bytes",
    used: "memory.usage_in_bytes",
    peak: "memory.max_usage_in_bytes",
  },
  2: {
    limit: "memory.max",
    withSwap: "memory.swap.max",
    used: "memory.current",
    peak: "memory.peak",
  },
} as const;

export class MemoryCgroup {
  private constructor(
    /** What the setting `cgroupParent` takes. */
    readonly name: string,
    private readonly folder: string,
    private readonly files: (typeof names)[1 | 2],
    private readonly bySystemd: boolean,
  ) {}

  static async create(limitBytes: number): Promise<MemoryCgroup> {
    const driver = await succeed("docker", ["info", "--format", "{{.CgroupDriver}}"]);
    const bySystemd = driver.trim() === "systemd";
    const id = randomBytes(4).toString("hex");
    // Dashes in the name of a slice would put it below other slices.
    const name = bySystemd ? `feedbacklooptest${id}.slice` : `/feedback-loop-test-${id}`;
    const version = isVersion2() ? 2 : 1;
    const folder = version === 2 ? join(cgroups, name) : join(cgroups, "memory", name);
    const group = new MemoryCgroup(name, folder, names[version], bySystemd);
    await group.make(limitBytes);
    return group;
  }

  usedBytes = (): number => this.read(this.files.used);
  /** The most since the group was made, with cached files. */
  peakBytes = (): number => this.read(this.files.peak);
  limitBytes = (): number => this.read(this.files.limit);

  /** Ends it, in all its trees; nothing may run in it any more. */
  async remove(): Promise<void> {
    if (this.bySystemd) {
      await succeed("systemctl", ["stop", this.name]);
      return;
    }
    const trees = isVersion2()
      ? [cgroups]
      : readdirSync(cgroups).map((tree) => join(cgroups, tree));
    for (const folder of trees.map((tree) => join(tree, this.name)))
      if (existsSync(folder)) rmdirSync(folder);
  }

  private async make(limitBytes: number): Promise<void> {
    if (this.bySystemd) {
      await succeed("systemctl", ["start", this.name]);
      const limits = [`MemoryMax=${limitBytes}`, "MemorySwapMax=0"];
      await succeed("systemctl", ["set-property", "--runtime", this.name, ...limits]);
      return;
    }
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, this.files.limit), String(limitBytes));
    const swap = join(this.folder, this.files.withSwap);
    // Version 1 counts memory and swap together, version 2 swap alone. Kernels without swap don't count it.
    if (existsSync(swap)) writeFileSync(swap, isVersion2() ? "0" : String(limitBytes));
  }

  private read(file: string): number {
    return Number(readFileSync(join(this.folder, file), "utf8"));
  }
}
