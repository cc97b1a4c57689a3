// Who reaches whom: what the networks of the specs allow, and what really goes through, tried from inside each container's
// own network.
import { readFileSync } from "node:fs";
import { succeed } from "../../cli/processes";
import type { ContainerSpec, NetworkName } from "../../infra/services/service-spec";

/** One attempt to connect. */
export interface Attempt {
  /** Address, or name of a service. */
  host: string;
  port: number;
}

/** A container as the engine has it. */
export interface Member {
  service: string;
  id: string;
  /** Its address on each of its networks. */
  addresses: Readonly<Partial<Record<NetworkName, string>>>;
  /** Ports that it listens on, not only for itself. */
  ports: readonly number[];
}

/** An attempt from one service at another, and whether it is meant to come through. */
export interface Case extends Attempt {
  from: string;
  to: string;
  allowed: boolean;
}

/** Specs by network, in the order of the specs. */
export function membersByNetwork(
  specs: readonly Pick<ContainerSpec, "name" | "networks">[],
): Map<NetworkName, string[]> {
  const members = new Map<NetworkName, string[]>();
  for (const { name, networks } of specs)
    for (const network of networks) members.set(network, [...(members.get(network) ?? []), name]);
  return members;
}

/** For each spec those that it shares a network with: nothing else reaches it or is reached by it. */
export function neighbours(
  specs: readonly Pick<ContainerSpec, "name" | "networks">[],
): Map<string, string[]> {
  return new Map(
    specs.map(({ name, networks }) => [
      name,
      specs
        .filter((other) => other.name !== name)
        .filter((other) => other.networks.some((network) => networks.includes(network)))
        .map((other) => other.name),
    ]),
  );
}

/** Every ordered pair: each port of the other, at its address on each of its networks and by its name. */
export function cases(members: readonly Member[]): Case[] {
  return members.flatMap((from) =>
    members
      .filter((to) => to.service !== from.service)
      .flatMap((to) => [...byAddress(from, to), ...byName(from, to)]),
  );
}

/** The address on a network is reached from that network and from no other. */
const byAddress = (from: Member, to: Member): Case[] =>
  (Object.entries(to.addresses) as [NetworkName, string][]).flatMap(([network, host]) =>
    to.ports.map((port) => ({
      from: from.service,
      to: to.service,
      host,
      port,
      allowed: network in from.addresses,
    })),
  );

const byName = (from: Member, to: Member): Case[] =>
  to.ports.map((port) => ({
    from: from.service,
    to: to.service,
    host: to.service,
    port,
    allowed: Object.keys(to.addresses).some((network) => network in from.addresses),
  }));

export interface Outcome extends Attempt {
  /** `open`, `timeout`, or the error's code. */
  outcome: string;
  ms: number;
}

/** Run by Node.js inside the network: tries everything on standard input at once. */
const prober = `
const net = require("node:net");
const attempt = ({ host, port }) =>
  new Promise((resolve) => {
    const start = Date.now();
    const socket = net.connect({ host, port });
    const end = (outcome) => {
      socket.destroy();
      resolve({ host, port, outcome, ms: Date.now() - start });
    };
    socket.setTimeout(__timeoutMs, () => end("timeout"));
    socket.on("connect", () => end("open"));
    socket.on("error", (error) => end(error.code ?? error.message));
  });
let input = "";
process.stdin.on("data", (text) => (input += text));
process.stdin.on("end", () =>
  Promise.all(JSON.parse(input).map(attempt)).then((outcomes) => console.log(JSON.stringify(outcomes))),
);`;

export interface Prober {
  /** An image that has Node.js. */
  image: string;
  timeoutMs?: number;
}

/** Tries all from where a container stands: `container:ID`, or the name of a network. With no more rights than our services have. */
export async function probe(
  network: string,
  attempts: readonly Attempt[],
  { image, timeoutMs = 3000 }: Prober,
): Promise<Outcome[]> {
  const rights = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"];
  const script = prober.replace("__timeoutMs", String(timeoutMs));
  const command = ["--entrypoint", "node", image, "-e", script];
  // Names are looked up by threads, and one that there isn't keeps its thread until the resolver gives up.
  const threads = ["--env", "UV_THREADPOOL_SIZE=128"];
  const options = [
    "--rm",
    "--interactive",
    "--network",
    network,
    "--user",
    "65534:65534",
    ...threads,
  ];
  const printed = await succeed("docker", ["run", ...options, ...rights, ...command], {
    input: JSON.stringify(attempts),
  });
  return JSON.parse(printed) as Outcome[];
}

/** Ports in state LISTEN in the text of `/proc/PID/net/tcp` or `tcp6`, other than on loopback. */
export function listeningPorts(table: string): number[] {
  const ports = table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === listening)
    .map(([, local = ""]) => local.split(":"))
    .filter(([address = ""]) => !isLoopback(address))
    .map(([, port = ""]) => Number.parseInt(port, 16));
  return [...new Set(ports)].sort((a, b) => a - b);
}

const listening = "0A";
/** Addresses are hexadecimal words in the machine's byte order: 127.0.0.0/8 ends in 7F, and so does ::ffff:127.0.0.0/104. */
const isLoopback = (address: string) =>
  address === "00000000000000000000000001000000" ||
  (address.length === 8 && address.endsWith("7F")) ||
  (address.startsWith("0000000000000000FFFF0000") && address.endsWith("7F"));

/** What a container listens on, given the id of its first process on this machine. */
export function portsOf(pid: number): number[] {
  const tables = ["tcp", "tcp6"].map((kind) => readFileSync(`/proc/${pid}/net/${kind}`, "utf8"));
  return [...new Set(tables.flatMap(listeningPorts))].sort((a, b) => a - b);
}
