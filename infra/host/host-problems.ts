// What can be wrong with a machine that a stack is to run on, and what to do about it: the same words wherever it is noticed.
import type { SshLogin } from "./ssh-login";
import { destination } from "./ssh-login";

/** Something that ssh says when it can't log in. */
export interface ContactProblem {
  /** Extended regular expression over what ssh printed. */
  pattern: string;
  words: string;
  /** A machine that boots shows it for a while. */
  passes: boolean;
}

/** The first that takes host keys from a command (ssh-login.ts). */
const oldestSsh = "8.5";

const set = (key: string) => `npm run pulumi -- config set --path ssh.${key}`;

/** In the order in which they are looked for. */
export function contactProblems(login: SshLogin): ContactProblem[] {
  const { address, port, user, privateKeyPath } = login;
  const where = `${address} port ${port}`;
  const key =
    privateKeyPath === "" ? "the keys of your ssh agent and ~/.ssh" : `the key ${privateKeyPath}`;
  return [
    {
      pattern: "ssh: (command )?not found|spawn ssh ENOENT|Bad configuration option",
      words: `ssh is missing on this machine, or too old: it takes OpenSSH ${oldestSsh} or later (Debian, Ubuntu: apt-get install openssh-client)`,
      passes: false,
    },
    {
      pattern: "REMOTE HOST IDENTIFICATION|Host key verification failed|No .* host key is known",
      words: `${where} shows another host key than the one that is known. It is another machine, or its keys were made anew: ${hostKeyAdvice(login)}`,
      passes: false,
    },
    {
      pattern: "UNPROTECTED PRIVATE KEY FILE",
      words: `ssh doesn't use ${key}, because others may read it: chmod 600 ${privateKeyPath || "on its file"}`,
      passes: false,
    },
    {
      pattern: "Load key .*: (incorrect passphrase|error in libcrypto|invalid format)",
      words: `${key} can't be read; one with a passphrase must be in the ssh agent (ssh-add ${privateKeyPath}), and ssh.privateKeyPath then names its public half or nothing`,
      passes: false,
    },
    {
      pattern: "Too many authentication failures",
      words: `${where} ends the login because your agent offers too many keys; name the right one: ${set("privateKeyPath")} PATH`,
      passes: false,
    },
    {
      pattern: "Permission denied",
      words: `${where} doesn't let ${user} in with ${key}. Either the user is another one (clouds have users of their own, such as cc, ubuntu or debian): ${set("user")} USER; or the key: ${set("privateKeyPath")} PATH; or its public half is missing in ~${user}/.ssh/authorized_keys there. Try it: ssh -p ${port} ${destination(login)}`,
      passes: true,
    },
    {
      pattern: "Could not resolve hostname|Name or service not known",
      words: `no machine is named ${address}; correct it: ${set("address")} ADDRESS`,
      passes: true,
    },
  ];
}

/** ssh itself goes on without a key that isn't there. */
export const missingKey = ({ privateKeyPath }: SshLogin) =>
  `the private key ${privateKeyPath} isn't on this machine; name one that is: ${set("privateKeyPath")} PATH`;

/** How a new host key is accepted. */
export const hostKeyAdvice = ({ address, port }: SshLogin) =>
  `compare with the key on its console (ssh-keyscan -t ed25519 -p ${port} ${address} shows the one it has now); if it is right, ${set("hostKey")} "ssh-ed25519 …", and deploy again`;

/** At a first contact with a server whose console was read. */
export const foreignKey = ({ address, port }: SshLogin) =>
  `whoever answers at ${address} port ${port} shows another host key than the server has on its console: it isn't the server, and nothing is deployed to it. See who has the address, or take another one (openstack.floatingIp)`;

/** An address where nobody answers, after all patience. */
export const unreachable = ({ address, port }: SshLogin) =>
  `no ssh at ${address} port ${port}: is the machine on, is the address right (${set("address")} ADDRESS), does a firewall let port ${port} through?`;

/** The same of a server that was made with the stack. */
export const unreachableServer = ({ address, port }: SshLogin) =>
  `no ssh at ${address} port ${port}: does allowedCidrs.ssh name the address that you come from, and does the server's console say that it booted?`;

/** The same of one that answered before. */
export const silentServer = (login: SshLogin, generation: number) =>
  `${unreachableServer(login)} One that doesn't come back is replaced by: npm run pulumi -- config set --path openstack.generation ${generation + 1}, and deploying again; data that isn't on a data volume goes`;

/** A login that works where the commands don't. */
export const strangeLogin = (login: SshLogin) =>
  `${destination(login)} logs in but can't run commands; what it says is above. Clouds do that to root: ${set("user")} USER`;

export const noDocker = (user: string) =>
  `there is no Docker on the machine, and ${user} may not install it: give ${user} sudo without a password, log in as root, or install Docker there yourself (Debian, Ubuntu: apt-get install docker.io) and put ${user} into its group (usermod -aG docker ${user})`;

export const noPackages =
  "there is no Docker on the machine, and only Debian's and Ubuntu's packages can be installed from here: install Docker Engine 20.10 or later there yourself";

export const noDockerRight = (user: string) =>
  `${user} may not use Docker on the machine: put ${user} into its group there (as root: usermod -aG docker ${user})`;

export const dockerStopped =
  "Docker is installed on the machine but doesn't run: start it there (as root: systemctl enable --now docker)";

/** The first Engine whose own BuildKit builds the images. */
export const oldestEngine = "20.10";
export const oldDocker = (version: string) =>
  `Docker Engine ${version} on the machine is too old: it takes ${oldestEngine} or later`;

export const diskFull = (facts: { folder: string; freeMiB: string; neededMiB: number }) =>
  `the machine has ${facts.freeMiB} MiB free where Docker keeps its data (${facts.folder}); it takes ${facts.neededMiB} MiB: make room (docker system prune there removes what nothing uses), or take a machine with a larger disk`;

export const littleMemory = (memoryMiB: string, neededMiB: number) =>
  `the machine has ${memoryMiB} MiB of memory; the services may fill ${neededMiB} MiB with the system: take a larger machine`;

export const portTaken = (endpoint: string, port: number) =>
  `another program on the machine has port ${port}, which ${endpoint} is published on: stop it, or take another port: npm run pulumi -- config set --path ports.${endpoint} PORT`;

export const wrongClock = (offSeconds: number) =>
  `the machine's clock is ${Math.abs(offSeconds)} s ${offSeconds > 0 ? "ahead" : "behind"}: set it (as root: timedatectl set-ntp true)`;

export const registrySilent = (registry: string, said: string) =>
  `the machine gets no official images from the registry ${registry} (${said}): give it a way there, or name a registry that has them: npm run pulumi -- config set registryMirror HOST`;

export const imagesMissing = (names: string, stack: string) =>
  `the project's own images aren't in their registry (${names}): npm run images -- push -s ${stack}`;

export const imagesUnknown = (said: string) =>
  `the machine can't use the registry of the project's own images (${said}): give it a way there, let everybody read there (images are pulled without a login), or name another one: npm run pulumi -- config set imageRegistry HOST[:PORT][/PATH]`;
