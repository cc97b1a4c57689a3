// Who reaches whom, tried: every ordered pair of containers over every port, and from each of them what lies outside.
import { networkInterfaces } from "node:os";
import { getServers } from "node:dns";
import type { NetworkName } from "../../infra/services/service-spec";
import { abreast } from "../support/abreast";
import { type Attempt, type Case, type Member, cases, portsOf, probe } from "../support/reach";
import { type Whole, minutes } from "./whole-stack";

/** Connected, or refused by whoever is there: both mean that packets arrive. */
const arrives = (outcome: string) => ["open", "ECONNREFUSED", "ECONNRESET"].includes(outcome);

export const reach = (whole: () => Whole): void => {
  describe("who reaches whom", () => {
    let members: Member[];
    let image: string;

    beforeAll(async () => {
      const containers = await whole().containers();
      members = whole().services.map(({ name }) => memberOf(whole(), name, containers.get(name)!));
      image = containers.get("frontend")!.Image;
    }, minutes);

    it("has each container on the networks of its spec, and on no other", () => {
      const found = members.map(({ service, addresses }) => [
        service,
        Object.keys(addresses).sort(),
      ]);
      const wanted = whole().services.map(({ name, networks }) => [name, [...networks].sort()]);
      expect(found).toEqual(wanted);
    });

    it("finds every port of the specs listening", () => {
      for (const { name, ports } of whole().services) {
        const { ports: listening } = members.find(({ service }) => service === name)!;
        expect({ name, listening }).toEqual({
          name,
          listening: expect.arrayContaining(ports.map(({ number }) => number)) as number[],
        });
      }
    });

    it(
      "is as the networks allow, for every pair, port and address",
      async () => {
        const all = cases(members);
        expect(all.filter(({ allowed }) => allowed).length).toBeGreaterThan(40);
        expect(all.filter(({ allowed }) => !allowed).length).toBeGreaterThan(100);
        const wrong: string[] = [];
        await abreast(members, async (from) => {
          const own = all.filter((one) => one.from === from.service);
          wrong.push(...(await contradictions(from, own, { image, declared: declared(whole()) })));
        });
        expect(wrong).toEqual([]);
      },
      5 * minutes,
    );

    it(
      "lets no container out: neither to the metadata address, nor to the internet",
      async () => {
        const fromHere = await probe("bridge", outside(), { image });
        const reachable = fromHere.filter(({ outcome }) => outcome === "open");
        // Otherwise the machine itself sees nothing outside, and the test would prove nothing.
        expect(reachable).not.toEqual([]);
        const out = whole().services.filter(({ networks }) => networks.includes("outside"));
        expect(out).toEqual([]);
        const escaped: string[] = [];
        await abreast(members, async (from) => {
          const outcomes = await probe(`container:${from.id}`, outside(), { image });
          escaped.push(
            ...outcomes
              .filter(({ outcome }) => arrives(outcome))
              .map(({ host, port }) => `${from.service} reaches ${host}:${port}`),
          );
        });
        expect(escaped).toEqual([]);
      },
      3 * minutes,
    );

    it(
      "offers no container the engine, at any address of this machine",
      async () => {
        const found: string[] = [];
        await abreast(members, async (from) => {
          const outcomes = await probe(`container:${from.id}`, enginePorts(), { image });
          found.push(
            ...outcomes
              .filter(({ outcome }) => outcome === "open")
              .map(({ host, port }) => `${from.service} reaches ${host}:${port}`),
          );
        });
        expect(found).toEqual([]);
      },
      3 * minutes,
    );

    it(
      "offers no container a published port by way of the host",
      async () => {
        const published = whole().services.flatMap((spec) => spec.published ?? []);
        expect(published.length).toBeGreaterThan(8);
        const attempts = hostAddresses().flatMap((host) =>
          published.map(({ host: port }) => ({ host, port })),
        );
        const notebooks = members.find(({ service }) => service === "jupyter")!;
        const outcomes = await probe(`container:${notebooks.id}`, attempts, { image });
        expect(outcomes.filter(({ outcome }) => outcome === "open")).toEqual([]);
      },
      minutes,
    );
  });
};

function memberOf(
  whole: Whole,
  service: string,
  { Id, NetworkSettings, State }: Awaited<ReturnType<Whole["container"]>>,
): Member {
  const prefix = whole.stack.containerName("");
  const addresses = Object.fromEntries(
    Object.entries(NetworkSettings.Networks).map(([name, { IPAddress }]) => [
      name.replace(prefix, "") as NetworkName,
      IPAddress,
    ]),
  );
  return { service, id: Id, addresses, ports: portsOf(State.Pid) };
}

/** Ports that the specs name, as `SERVICE:PORT`. */
const declared = ({ services }: Whole) =>
  new Set(services.flatMap(({ name, ports }) => ports.map(({ number }) => `${name}:${number}`)));

/**
 * What doesn't fit, in words. A port that no spec names may be open at one of its container's addresses only, or closed by
 * now: it is enough that somebody refuses.
 */
async function contradictions(
  from: Member,
  attempts: readonly Case[],
  { image, declared: named }: { image: string; declared: ReadonlySet<string> },
): Promise<string[]> {
  const outcomes = await probe(`container:${from.id}`, attempts, { image });
  return attempts.flatMap(({ to, host, port, allowed }, at) => {
    const { outcome } = outcomes[at]!;
    const comesThrough =
      named.has(`${to}:${port}`) && allowed ? outcome === "open" : arrives(outcome);
    if (comesThrough === allowed) return [];
    const verdict = allowed ? "should reach" : "must not reach";
    return [`${from.service} ${verdict} ${to} at ${host}:${port}: ${outcome}`];
  });
}

/** Clouds tell instances their secrets at the first address; the others are public, or the machine's own name server. */
function outside(): Attempt[] {
  const nameServers = getServers().filter((server) => /^[\d.]+$/.test(server));
  return [
    { host: "169.254.169.254", port: 80 },
    { host: "1.1.1.1", port: 443 },
    { host: "8.8.8.8", port: 53 },
    ...nameServers
      .filter((server) => !server.startsWith("127."))
      .map((host) => ({ host, port: 53 })),
  ];
}

/** On its bridges and outside, but not on loopback, which each container has one of its own of. */
const hostAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);

const enginePorts = (): Attempt[] =>
  hostAddresses().flatMap((host) => [2375, 2376].map((port) => ({ host, port })));
