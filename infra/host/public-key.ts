// The public key of the login on a server that is made in a cloud, from a file of the deployer's.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config";

type KeyConfig = Pick<Config, "openstack" | "ssh">;

/** Where it is, as people write it. */
export function publicKeyPath({ openstack, ssh }: KeyConfig): string {
  if (openstack.publicKeyPath !== "") return openstack.publicKeyPath;
  return ssh.privateKeyPath === "" ? "~/.ssh/id_ed25519.pub" : `${ssh.privateKeyPath}.pub`;
}

/** The key; a preview, which may be on a machine that has none, goes on with a text in its place. */
export function publicKey(config: KeyConfig): string {
  const path = publicKeyPath(config);
  const key = readIfThere(path);
  if (key === undefined && pulumi.runtime.isDryRun()) return `(the public key in ${path})`;
  if (key === undefined)
    throw new pulumi.RunError(
      `openstack.publicKeyPath: there is no public key in ${path}, which the new server lets in. Make a pair ` +
        "(ssh-keygen -t ed25519), or name another file: pulumi config set --path openstack.publicKeyPath PATH",
    );
  if (!/^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/]+=*( .*)?$/.test(key))
    throw new pulumi.RunError(
      `openstack.publicKeyPath: ${path} holds no public key in OpenSSH's format, one line such as "ssh-ed25519 AAAA…"`,
    );
  return key;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path.replace(/^~(?=\/)/, homedir()), "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
