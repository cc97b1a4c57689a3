// Which ports of a host take connections, seen from here.
import { connect } from "node:net";

/** Longer than a connection in one building takes, even on a busy machine; a closed port of a firewall never answers. */
const patienceMs = 4000;

/** Whether somebody answers, on a new connection. */
export function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMs });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}

/** Those of the ports that answer. */
export async function openPorts(host: string, ports: readonly number[]): Promise<number[]> {
  const found = await Promise.all(ports.map((port) => answers(host, port)));
  return ports.filter((_, at) => found[at]);
}
