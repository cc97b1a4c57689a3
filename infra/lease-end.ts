// The end of a server's lease, which takes the server and its disk: in words, and early.

const hourMs = 3_600_000;
const warningHours = 24;

/** What to say of a lease that ends soon, or has ended; undefined where there is time. */
export function leaseWarning(leaseEnd: string, now: number): string | undefined {
  const hours = (Date.parse(leaseEnd) - now) / hourMs;
  // An end that nobody named isn't a number.
  if (!(hours < warningHours)) return undefined;
  const extend = "npm run lease -- extend makes it longer";
  const backup = "npm run backup keeps its data";
  return hours <= 0
    ? `the lease ended at ${leaseEnd}, and the server with it; npm run lease -- create makes a new one`
    : `the lease ends at ${leaseEnd}, in ${inWords(hours)}, and the server with it: ${extend}, ${backup}`;
}

const inWords = (hours: number) =>
  hours < 1 ? `${Math.ceil(hours * 60)} minutes` : `${Math.floor(hours)} hours`;
