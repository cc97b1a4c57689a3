// The whole catalogue on as much memory as m1.medium has: what it takes at rest and at most, that nothing was killed for want
// of it, and that serving stays quick while Airflow works.
import { type Footprint } from "../../cli/footprint/report";
import { catalogue } from "../../infra/services/catalogue";
import { AirflowClient } from "../support/airflow-client";
import { realPhoto } from "../support/photos";
import { type Whole, minutes } from "./whole-stack";

const mebibyte = 1024 ** 2;

interface Footprints {
  services: Footprint[];
  together: Footprint;
}

/** Right after the deployment, before anybody works with it. */
export const idle = (whole: () => Whole): void => {
  describe("memory at rest", () => {
    it(
      "is that of every service, each within its limit",
      async () => {
        const { services, together } = await footprints(whole(), "--seconds", "20");
        console.log(`deployed in ${whole().upSeconds} s; at rest:\n${await table(whole())}`);
        expect(services.map(({ service }) => service)).toEqual(
          whole()
            .services.map(({ name }) => name)
            .sort(),
        );
        for (const { leastBytes, limitBytes } of services)
          expect(leastBytes).toBeLessThan(limitBytes);
        expect(together.leastBytes).toBeGreaterThan(0);
      },
      minutes,
    );

    it("has limits that add up to what decision 9 of the architecture allows", () => {
      const specs = catalogue(whole().config);
      const services = specs.filter(({ kind }) => kind === "service");
      expect(services.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0)).toBeLessThanOrEqual(3072);
    });
  });
};

/** Behind all other parts. */
export const memory = (whole: () => Whole): void => {
  describe("memory after all that", () => {
    it(
      "was enough: no process was killed for want of it",
      async () => {
        expect(whole().events.listens).toBe(true);
        expect(whole().events.of("oom")).toEqual([]);
        for (const [service, { State }] of await whole().containers())
          expect({ service, killed: State.OOMKilled }).toEqual({ service, killed: false });
        const { together } = await footprints(whole());
        expect(together.outOfMemoryKills).toBe(0);
      },
      minutes,
    );

    it(
      "never came up to what the machine has",
      async () => {
        const { cgroup } = whole();
        console.log(
          `in use ${inMiB(cgroup.usedBytes())} MiB, peak with cached files ${inMiB(cgroup.peakBytes())} of ${inMiB(cgroup.limitBytes())} MiB:\n${await table(whole())}`,
        );
        expect(cgroup.usedBytes()).toBeGreaterThan(0);
        expect(cgroup.peakBytes()).toBeLessThan(cgroup.limitBytes());
      },
      minutes,
    );
  });
};

/** CPU shares: what people wait for goes before what works in the background. */
export const responsiveness = (whole: () => Whole): void => {
  describe("serving while Airflow works", () => {
    it(
      "answers every request, and about as soon as at rest",
      async () => {
        const atRest = await latencies(whole(), () => elapsed(15));
        const airflow = await AirflowClient.login(whole(), "airflow-student");
        const runs = await Promise.all(
          ["check_connections", "test_training"].map((dag) => airflow.trigger(dag)),
        );
        const busy = await latencies(whole(), async () => {
          for (const run of runs) expect((await airflow.ended(run)).state).toBe("success");
        });
        console.log(
          `latency of the page and of a photo, ms\nat rest: ${inWords(atRest)}\nwhile Airflow works: ${inWords(busy)}`,
        );
        for (const kind of ["page", "photo"] as const) {
          expect(busy[kind].length).toBeGreaterThan(10);
          // Generous: it is about a machine of which somebody else may take the half at any time.
          expect(quantile(busy[kind], 0.5)).toBeLessThan(2000);
          expect(quantile(busy[kind], 0.95)).toBeLessThan(8000);
        }
      },
      10 * minutes,
    );
  });
};

interface Latencies {
  page: number[];
  photo: number[];
}

/** One person, one request after the other, until something has ended; a request that fails fails the test. */
async function latencies({ client }: Whole, until: () => Promise<void>): Promise<Latencies> {
  const found: Latencies = { page: [], photo: [] };
  let ended = false;
  const end = until().finally(() => (ended = true));
  // Told below; until then it is no error that nobody handles.
  end.catch(() => undefined);
  while (!ended) {
    found.page.push(
      await timed(async () => {
        const response = await client.get("/");
        expect(response.status).toBe(200);
        await response.text();
      }),
    );
    found.photo.push(await timed(() => client.upload(realPhoto("food11_8_4.jpg"))));
  }
  await end;
  return found;
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

const elapsed = (seconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, seconds * 1000);
  });

const quantile = (values: readonly number[], at: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * at))]!;

const inWords = (found: Latencies) =>
  (["page", "photo"] as const)
    .map((kind) => {
      const [median, late] = [0.5, 0.95].map((at) => Math.round(quantile(found[kind], at)));
      return `${kind} median ${median}, 95 % below ${late} (${found[kind].length})`;
    })
    .join("; ");

const inMiB = (bytes: number) => Math.round(bytes / mebibyte);

async function footprints({ stack }: Whole, ...options: string[]): Promise<Footprints> {
  const printed = await stack.succeed("footprint", "-s", stack.name, "--json", ...options);
  return JSON.parse(printed) as Footprints;
}

const table = ({ stack }: Whole): Promise<string> =>
  stack.succeed("footprint", "-s", stack.name, "--markdown");
