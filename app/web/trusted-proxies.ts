// The proxies in front of a service whose word about the client's address and scheme is believed. A host
// name stands for the addresses that it has at that time: containers get a new one whenever they are made anew.
import { lookup } from "node:dns/promises";
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** Most leading bits that an address of a family has. */
const BITS: Record<number, number> = { 4: 32, 6: 128 };
/** Labels of letters, digits and dashes; the first begins with a letter, so that half an address is none. */
const HOST_NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

/** A name's addresses are looked up again after this time, or sooner if an unknown proxy turns up. */
const KNOWN_SECONDS = 30;
/** Strangers can send the headers of proxies, too: they don't make us ask more often than this. */
const UNKNOWN_SECONDS = 1;

/** The entries of a comma-separated list. */
export function proxiesOf(list: string): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** What is wrong with the value of the setting TRUSTED_PROXIES, one line an entry. */
export const proxyProblems = (list: string): string[] =>
  proxiesOf(list)
    .filter((entry) => !isProxy(entry))
    .map(
      (entry) =>
        `TRUSTED_PROXIES: given "${entry}"; allowed: addresses, networks and host names such as ` +
        "10.0.0.7, fd00::/8 or gateway, separated by commas",
    );

/** Whether it is an address, a network such as 10.0.0.0/8, or a host name. All addresses at once are never trusted. */
export function isProxy(entry: string): boolean {
  const [address = "", bits, ...more] = entry.split("/");
  const most = BITS[isIP(address)];
  if (most === undefined) return HOST_NAME.test(entry);
  if (more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= most);
}

/** All addresses of a host name; rejects when it has none. */
export type LookUp = (name: string) => Promise<string[]>;

export class TrustedProxies {
  private readonly networks = new BlockList();
  private readonly names: readonly string[];
  private named = new Set<string>();
  private lookedUpAt = Number.NEGATIVE_INFINITY;
  private underWay: Promise<void> | undefined;

  /** `entries`: each one for which `isProxy` holds. */
  constructor(
    entries: readonly string[],
    private readonly lookUp: LookUp = addressesOf,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.names = entries.filter((entry) => isIP(entry.split("/")[0] ?? "") === 0);
    for (const entry of entries) if (!this.names.includes(entry)) this.addNetwork(entry);
  }

  trusts(address: string): boolean {
    const plain = withoutIPv6(address);
    // In a header anything may stand.
    if (isIP(plain) === 0) return false;
    return this.named.has(plain) || this.networks.check(plain, familyOf(plain));
  }

  /** Call it before `trusts` is asked about a request: names may have other addresses by now. */
  async getReadyFor({ headers, socket }: IncomingMessage): Promise<void> {
    if (this.names.length === 0 || !("x-forwarded-for" in headers)) return;
    const isKnown = this.trusts(socket.remoteAddress ?? "");
    const age = (this.now() - this.lookedUpAt) / 1000;
    if (age < (isKnown ? KNOWN_SECONDS : UNKNOWN_SECONDS)) return this.underWay;
    this.lookedUpAt = this.now();
    this.underWay = this.lookUpNames();
    await this.underWay;
  }

  /** A name without an address, such as that of a container that is down, makes nobody trusted. */
  private async lookUpNames(): Promise<void> {
    const found = await Promise.allSettled(this.names.map((name) => this.lookUp(name)));
    const addresses = found.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
    this.named = new Set(addresses.map(withoutIPv6));
  }

  private addNetwork(entry: string): void {
    const [address = "", bits] = entry.split("/");
    const family = familyOf(address);
    if (bits === undefined) this.networks.addAddress(address, family);
    else this.networks.addSubnet(address, Number(bits), family);
  }
}

async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}

/** IPv4 within IPv6, as a server that listens to both sees it, is plain IPv4. */
const withoutIPv6 = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, "");
const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");
