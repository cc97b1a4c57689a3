import { hostKeysIn } from "./console-host-keys";

const block = (...keys: string[]) =>
  ["-----BEGIN SSH HOST KEY KEYS-----", ...keys, "-----END SSH HOST KEY KEYS-----"].join("\r\n");

describe("host keys on a console", () => {
  it("are read between what else is said, without their comments", () => {
    const output = `[    3.2] cloud-init[400]: Cloud-init v. 22.4 running 'modules:final'
ci-info: no authorized SSH keys fingerprints found for user cc.
ssh-ed25519 AAAAbefore not@here
${block(
  "ecdsa-sha2-nistp256 AAAAE2Vj root@server",
  "[   12.5] br0: port 1 entered blocking state",
  "<14>Nov 29 01:00:00 cloud-init: ssh-ed25519 AAAAC3Nz root@server",
  "ssh-rsa AAAAB3Nz root@server",
)}
server login: `;
    expect(hostKeysIn(output)).toEqual([
      "ecdsa-sha2-nistp256 AAAAE2Vj",
      "ssh-ed25519 AAAAC3Nz",
      "ssh-rsa AAAAB3Nz",
    ]);
  });

  it("are the last boot's", () => {
    const output = `${block("ssh-ed25519 AAAAold a@b")}\n${block("ssh-ed25519 AAAAnew a@b")}`;
    expect(hostKeysIn(output)).toEqual(["ssh-ed25519 AAAAnew"]);
  });

  it.each(["", "Booting…", "-----BEGIN SSH HOST KEY KEYS-----\nssh-ed25519 AAAAhalf a@b\n"])(
    "aren't there in %j",
    (output) => {
      expect(hostKeysIn(output)).toEqual([]);
    },
  );
});
