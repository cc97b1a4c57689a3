import { execFileSync } from "node:child_process";
import { growScript, mountScript, unmountScript } from "./data-disk";

const volumeId = "0a1b2c3d-0000-1111-2222-333344445555";
const mount = mountScript({ volumeId, folders: ["database", "objects"] });

describe("the disk for data", () => {
  it.each([
    ["mounted", mount],
    ["unmounted", unmountScript],
    ["grown", growScript],
  ])("is %s by a script that a POSIX shell reads", (_, script) => {
    expect(() => execFileSync("sh", ["-n"], { input: script, stdio: "pipe" })).not.toThrow();
  });

  it("is found by the start of the volume's id, which is its serial number, or by all of it", () => {
    expect(mount).toContain(`/dev/disk/by-id/virtio-${volumeId.slice(0, 20)} `);
    expect(mount).toContain(`/dev/disk/by-id/*${volumeId}*;`);
  });

  it("has a folder for each volume", () => {
    expect(mount).toMatch(
      /mkdir -p \/srv\/feedback-loop\/database \/srv\/feedback-loop\/objects\n/,
    );
  });
});

/** The part that decides, with `blkid` and `mkfs.ext4` in place of the system's. */
function decided(blkid: string): { printed: string; code: number } {
  const part = /^found=0$[^]*?^esac$/m.exec(mount)![0];
  const script = `as_root() { "$@"; }
fail() { echo "fail: $1"; exit 1; }
mkfs.ext4() { echo "made"; }
blkid() { ${blkid}; }
disk=/dev/none
${part}
echo "goes on with $type"`;
  try {
    const printed = execFileSync("bash", ["-eu"], { input: `exec 2>&1\n${script}` });
    return { printed: printed.toString(), code: 0 };
  } catch (error) {
    const { stdout, status } = error as { stdout: Buffer; status: number };
    return { printed: stdout.toString(), code: status };
  }
}

describe("a file system", () => {
  it("is made on an empty disk", () => {
    expect(decided("return 2")).toEqual({ printed: "made\ngoes on with ext4\n", code: 0 });
  });

  it("is left as it is where there is one", () => {
    expect(decided("echo xfs")).toEqual({ printed: "goes on with xfs\n", code: 0 });
  });

  it.each([
    ["has partitions", "return 0", "has partitions"],
    ["can't be read", "return 4", "can't be read (blkid ended with 4)"],
    ["is ambivalent", "return 8", "(blkid ended with 8)"],
  ])("is never made on a disk that %s", (_, blkid, words) => {
    const { printed, code } = decided(blkid);
    expect(printed).toContain(words);
    expect(printed).not.toContain("made");
    expect(code).toBe(1);
  });
});
