import { dockerHost, hostKeyOf, sshCommand, sshOptions } from "./ssh-login";

const login = { address: "10.0.0.5", user: "cc", port: 2222, privateKeyPath: "~/.ssh/course" };
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEGB";

describe("a login by ssh", () => {
  it("accepts the pinned key only, which no file holds", () => {
    const options = sshOptions(login, key);
    expect(options).toEqual(
      expect.arrayContaining([
        "StrictHostKeyChecking=yes",
        "UserKnownHostsFile=/dev/null",
        "HostKeyAlgorithms=ssh-ed25519",
        `KnownHostsCommand=/usr/bin/env echo %H ${key}`,
      ]),
    );
  });

  it("asks nothing and never hangs", () => {
    expect(sshOptions(login, key)).toEqual(
      expect.arrayContaining(["BatchMode=yes", expect.stringMatching(/^ConnectTimeout=\d+$/)]),
    );
  });

  it("uses the given key alone, and otherwise agent and ssh's own", () => {
    const identity = (options: string[]) => options.filter((one) => one.startsWith("Identit"));
    expect(identity(sshOptions(login, key))).toEqual([
      "IdentityFile=~/.ssh/course",
      "IdentitiesOnly=yes",
    ]);
    expect(identity(sshOptions({ ...login, privateKeyPath: "" }, key))).toEqual([]);
  });

  it("shares a connection with the same login and key only, by a socket with a short path", () => {
    const socket = (...of: Parameters<typeof sshOptions>) =>
      sshOptions(...of).find((one) => one.startsWith("ControlPath="))!;
    expect(socket(login, key)).toMatch(/^ControlPath=~\/\.feedback-loop-ssh-[0-9a-f]{16}$/);
    expect(socket(login, key)).toBe(socket({ ...login }, key));
    for (const other of [{ user: "ann" }, { port: 22 }, { address: "b" }, { privateKeyPath: "" }])
      expect(socket({ ...login, ...other }, key)).not.toBe(socket(login, key));
    expect(socket(login, `${key}A`)).not.toBe(socket(login, key));
  });

  it("never signs by SHA-1", () => {
    const options = sshOptions(login, "ssh-rsa AAAAB3Nz");
    expect(options).toContain("HostKeyAlgorithms=rsa-sha2-512,rsa-sha2-256");
  });

  it("runs a script as one word", () => {
    const command = sshCommand(login, key, "echo 'a b'");
    expect(command[0]).toBe("ssh");
    expect(command.slice(-3)).toEqual(["--", "cc@10.0.0.5", `sh -c 'echo '\\''a b'\\'''`]);
  });

  it("names the engine's endpoint", () => {
    expect(dockerHost(login)).toBe("ssh://cc@10.0.0.5:2222");
  });
});

describe("a host key", () => {
  it.each([
    [key, key],
    [`${key} root@machine`, key],
    [`  ${key}\n`, key],
    ["ecdsa-sha2-nistp256 AAAA=", "ecdsa-sha2-nistp256 AAAA="],
    ["ssh-dss AAAA", undefined],
    ["10.0.0.5 ssh-ed25519 AAAA", undefined],
    ["ssh-ed25519", undefined],
    ["SHA256:abc", undefined],
    ["", undefined],
  ])("%j is read as %j", (line, read) => {
    expect(hostKeyOf(line)).toBe(read);
  });
});
