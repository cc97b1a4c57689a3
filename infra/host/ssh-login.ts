// How a machine is reached by ssh: one program, OpenSSH's, for the gate, the jobs, the Docker provider and the commands, so
// that keys, agent, jump hosts and the user's own ssh settings mean the same to all of them.
import { createHash } from "node:crypto";
import { quote } from "../shell";

export interface SshLogin {
  /** Name or IP address. */
  address: string;
  user: string;
  port: number;
  /** Private key; empty where the agent or ssh's own settings have it. */
  privateKeyPath: string;
}

/** Seconds until an address that doesn't answer counts as silent. */
const connectTimeoutSeconds = 10;
/** A machine that was cut off is noticed after this often this long. */
const aliveIntervalSeconds = 5;
const aliveCount = 4;
/** How long the connection is kept for the next program. */
const keptSeconds = 60;

/** Types of host keys in the order of preference, and the algorithms by which each signs; SHA-1 isn't among them. */
export const hostKeyAlgorithms: Readonly<Record<string, string>> = {
  "ssh-ed25519": "ssh-ed25519",
  "ecdsa-sha2-nistp256": "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384": "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521": "ecdsa-sha2-nistp521",
  "ssh-rsa": "rsa-sha2-512,rsa-sha2-256",
};

/** Type and key as ssh prints them; undefined when it isn't a public key. A comment behind it is left out. */
export function hostKeyOf(line: string): string | undefined {
  const [, type = "", key] = /^(\S+) ([A-Za-z0-9+/]+=*)( .*)?$/.exec(line.trim()) ?? [];
  return key && type in hostKeyAlgorithms ? `${type} ${key}` : undefined;
}

export const destination = ({ user, address }: SshLogin) => `${user}@${address}`;

/** The endpoint of the machine's Docker Engine. */
export const dockerHost = (login: SshLogin) => `ssh://${destination(login)}:${login.port}`;

/** Options of every login: nothing is asked, and nothing hangs. */
export function loginOptions({ port, privateKeyPath }: SshLogin): string[] {
  return [
    ...options({
      BatchMode: "yes",
      ConnectTimeout: connectTimeoutSeconds,
      ServerAliveInterval: aliveIntervalSeconds,
      ServerAliveCountMax: aliveCount,
      Port: port,
    }),
    ...(privateKeyPath === ""
      ? []
      : options({ IdentityFile: privateKeyPath, IdentitiesOnly: "yes" })),
  ];
}

/**
 * Accepts this host key and no other. The key is in the options themselves: a file of known hosts would have a path, which
 * differs between the clones that share a stack. `env` because it is at the same place everywhere.
 */
export function pinned(hostKey: string): string[] {
  const [type = ""] = hostKey.split(" ");
  return options({
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: "/dev/null",
    GlobalKnownHostsFile: "/dev/null",
    HostKeyAlgorithms: hostKeyAlgorithms[type] ?? type,
    KnownHostsCommand: `/usr/bin/env echo %H ${hostKey}`,
  });
}

/**
 * One connection for all that follow within a minute: sshd turns away logins that come too many at a time. Its socket has
 * a name of its own for each login and key, and is in the one folder that everybody has, that nobody else may write to, and
 * whose path is short enough: `~/.ssh` may be missing, and ssh then fails.
 */
export function shared(login: SshLogin, hostKey: string): string[] {
  const { address, user, port, privateKeyPath } = login;
  const name = createHash("sha256")
    .update([address, user, port, privateKeyPath, hostKey].join("\0"))
    .digest("hex")
    .slice(0, 16);
  return options({
    ControlMaster: "auto",
    ControlPersist: keptSeconds,
    ControlPath: `~/.feedback-loop-ssh-${name}`,
  });
}

/** All options once the host's key is known: the same wherever the clone is. */
export const sshOptions = (login: SshLogin, hostKey: string): string[] => [
  ...loginOptions(login),
  ...pinned(hostKey),
  ...shared(login, hostKey),
];

/** All options where no key is known: whoever answers is believed, this once. */
export const unpinnedOptions = (login: SshLogin): string[] => [
  ...loginOptions(login),
  ...options({
    StrictHostKeyChecking: "accept-new",
    UserKnownHostsFile: "/dev/null",
    GlobalKnownHostsFile: "/dev/null",
  }),
];

/** The command line that runs a shell script on the host. */
export function sshCommand(login: SshLogin, hostKey: string, script: string): string[] {
  const remote = `sh -c ${quote(script)}`;
  return ["ssh", ...sshOptions(login, hostKey), "--", destination(login), remote];
}

const options = (values: Readonly<Record<string, string | number>>) =>
  Object.entries(values).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
