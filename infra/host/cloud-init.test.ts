import { execFileSync } from "node:child_process";
import { parse } from "yaml";
import { cloudInit, userDataLimit, withinLimit } from "./cloud-init";

interface UserData {
  write_files: { path: string; content: string }[];
  runcmd: string[];
}

const userData = cloudInit({ user: "cc" });
const read = parse(userData) as UserData;

describe("the user data of a new server", () => {
  it("is as reviewed", () => {
    expect(userData).toMatchSnapshot();
  });

  it("is known to cloud-init by its first line", () => {
    expect(userData.startsWith("#cloud-config\n")).toBe(true);
  });

  it("has commands that a POSIX shell reads", () => {
    for (const command of read.runcmd)
      expect(() => execFileSync("sh", ["-n"], { input: command, stdio: "pipe" })).not.toThrow();
  });

  it("limits the engine's logs, in a file that the engine can read", () => {
    const daemon = read.write_files.find(({ path }) => path === "/etc/docker/daemon.json")!;
    expect(JSON.parse(daemon.content)).toMatchObject({ "log-opts": { "max-size": "10m" } });
  });

  it("lets the user of the login use Docker", () => {
    expect(read.runcmd).toContain("usermod --append --groups docker cc");
  });
});

describe("the size of user data", () => {
  it("may be what a server takes, in base64, and no more", () => {
    const largest = "x".repeat(Math.floor(userDataLimit / 4) * 3);
    expect(withinLimit(largest)).toBe(largest);
    expect(() => withinLimit(`${largest}x`)).toThrow(/65536 bytes in base64; a server takes 65535/);
    // Not its characters, but its bytes.
    expect(() => withinLimit("é".repeat(largest.length / 2 + 1))).toThrow(/a server takes/);
  });
});
