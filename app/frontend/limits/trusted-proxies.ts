// The proxies in front of this service whose word about the client's address and scheme is believed.
import { isIP } from "node:net";

/** Most leading bits that an address of a family has. */
const BITS: Record<number, number> = { 4: 32, 6: 128 };

/** The entries of a comma-separated list. */
export function proxiesOf(list: string): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** Whether it is an address, or a network such as 10.0.0.0/8. All addresses at once are never trusted. */
export function isProxy(entry: string): boolean {
  const [address = "", bits, ...more] = entry.split("/");
  const most = BITS[isIP(address)];
  if (most === undefined || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= most);
}
