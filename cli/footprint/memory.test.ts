import { parseReading, readMemory } from "./memory";

const version1 = `
/sys/fs/cgroup/memory/memory.usage_in_bytes:104857600
/sys/fs/cgroup/memory/memory.max_usage_in_bytes:209715200
/sys/fs/cgroup/memory/memory.stat:inactive_file 1
/sys/fs/cgroup/memory/memory.stat:total_inactive_file 4857600
/sys/fs/cgroup/memory/memory.oom_control:oom_kill_disable 0
/sys/fs/cgroup/memory/memory.oom_control:oom_kill 2
`;
const version2 = `
/sys/fs/cgroup/memory.current:104857600
/sys/fs/cgroup/memory.peak:209715200
/sys/fs/cgroup/memory.stat:inactive_file 4857600
/sys/fs/cgroup/memory.events:oom 3
/sys/fs/cgroup/memory.events:oom_kill 2
`;

describe("what the kernel says of a container's memory", () => {
  it.each([
    ["1", version1],
    ["2", version2],
  ])("is read from control groups of version %s", (_, printed) => {
    expect(parseReading(printed)).toEqual({
      usedBytes: 100_000_000,
      peakBytes: 209_715_200,
      outOfMemoryKills: 2,
    });
  });

  it("has no peak where the kernel doesn't count it", () => {
    const printed = version2.replace(/.*memory\.peak.*\n/, "");
    expect(parseReading(printed)).toEqual({ usedBytes: 100_000_000, outOfMemoryKills: 2 });
  });

  it("is unknown where no file is there", () => {
    expect(parseReading("")).toBeUndefined();
  });

  it("never falls below nothing, for the two numbers are read one after the other", () => {
    const printed = version1.replace("usage_in_bytes:104857600", "usage_in_bytes:4096");
    expect(parseReading(printed)).toMatchObject({ usedBytes: 0 });
  });

  it("is asked for by a command that an image without any of the files survives", () => {
    expect(readMemory.join(" ")).toMatch(/^sh -c grep .*\|\| true$/);
  });
});
