// Two ways to load a server over HTTP, both with connections that stay open:
// closed: so many callers, each sending its next request when it has its answer: finds the peak.
// open:   requests at a fixed rate, whatever the answers do, as people send them. Latency counts from
//         the moment at which a request was due, so that a server that halts pays for everyone who
//         would have waited ("coordinated omission").
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

export interface Photo {
  readonly type: string;
  readonly bytes: Buffer;
}

export interface Load {
  readonly url: string;
  readonly photo: Photo;
  readonly seconds: number;
}

export interface Throughput {
  readonly requests: number;
  readonly perSecond: number;
}

/** Runs for so many seconds, and on until the last answer is there. */
export async function closedLoop(load: Load, connections: number): Promise<Throughput> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const started = performance.now();
  const end = started + load.seconds * 1000;
  let requests = 0;
  const caller = async () => {
    while (performance.now() < end) {
      await send(load, agent);
      requests += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, caller));
  agent.destroy();
  return { requests, perSecond: (requests * 1000) / (performance.now() - started) };
}

/** Latencies in milliseconds. */
export async function openLoop(load: Load, perSecond: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const started = performance.now();
  const due = Array.from(
    { length: Math.max(1, Math.floor(perSecond * load.seconds)) },
    (_, index) => started + (index * 1000) / perSecond,
  );
  const latencies = await Promise.all(
    due.map(async (moment) => {
      await delay(Math.max(0, moment - performance.now()));
      await send(load, agent);
      return performance.now() - moment;
    }),
  );
  agent.destroy();
  return latencies;
}

/** The answer's body; rejects if it isn't 200: a benchmark of errors is none. */
export function send({ url, photo }: Omit<Load, "seconds">, agent?: Agent): Promise<string> {
  const { type, bytes } = photo;
  const headers = { "content-type": type, "content-length": bytes.length };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers, agent }, (answer) => {
      text(answer).then((body) => {
        if (answer.statusCode === 200) resolve(body);
        else reject(new Error(`${url} answered ${answer.statusCode}: ${body}`));
      }, reject);
    });
    sent.on("error", reject);
    sent.end(bytes);
  });
}
