// Whose word about the client is believed, and when a proxy that is known by its name has moved.
import type { IncomingMessage } from "node:http";
import fc from "fast-check";
import { isProxy, proxiesOf, TrustedProxies } from "./trusted-proxies";

const forwarded = { "x-forwarded-for": "198.51.100.1" };
const request = (remoteAddress: string, headers: Record<string, string> = forwarded) =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;

describe("a trusted proxy", () => {
  it.each([
    "10.0.0.7",
    "10.0.0.0/8",
    "fd00::/8",
    "::1",
    "172.16.0.0/12",
    "gateway",
    "proxy.example.org",
  ])("may be %s", (entry) => {
    expect(isProxy(entry)).toBe(true);
  });

  it.each([
    "",
    "-gateway",
    "a/8",
    "a b",
    "10.0.0",
    "10.0.0.0/33",
    "10.0.0.0/",
    "0.0.0.0/0",
    "::/0",
    "::/129",
  ])("can't be %j", (entry) => {
    expect(isProxy(entry)).toBe(false);
  });

  it("is read from a list, with or without spaces", () => {
    const addresses = fc.array(fc.oneof(fc.ipV4(), fc.ipV6()));
    fc.assert(
      fc.property(addresses, fc.constantFrom(",", ", ", " ,"), (list, separator) => {
        const read = proxiesOf(list.join(separator));
        expect(read).toEqual(list);
        expect(read.every(isProxy)).toBe(true);
      }),
    );
    expect(proxiesOf("")).toEqual([]);
  });
});

describe("addresses and networks", () => {
  const proxies = new TrustedProxies(["10.0.0.7", "172.16.0.0/12", "fd00::/8"]);

  it.each([
    ["10.0.0.7", true],
    ["10.0.0.8", false],
    ["172.31.255.255", true],
    ["::ffff:172.16.0.1", true],
    ["fd12::1", true],
    ["fe80::1", false],
    ["unknown", false],
    ["", false],
  ])("%s: %s", (address, expected) => {
    expect(proxies.trusts(address)).toBe(expected);
  });
});

describe("a host name", () => {
  const clock = { seconds: 0 };
  const lookUp = jest.fn<Promise<string[]>, [string]>();
  let proxies: TrustedProxies;
  beforeEach(() => {
    clock.seconds = 0;
    lookUp.mockReset().mockResolvedValue(["10.9.0.2"]);
    proxies = new TrustedProxies(["gateway"], lookUp, () => clock.seconds * 1000);
  });

  it("is looked up for the first request that comes by a proxy, and then kept for a while", async () => {
    await proxies.getReadyFor(request("10.9.0.2", {}));
    expect(lookUp).not.toHaveBeenCalled();
    await proxies.getReadyFor(request("10.9.0.2"));
    expect(proxies.trusts("10.9.0.2")).toBe(true);
    expect(proxies.trusts("10.9.0.3")).toBe(false);
    clock.seconds = 29;
    await proxies.getReadyFor(request("10.9.0.2"));
    expect(lookUp.mock.calls).toEqual([["gateway"]]);
    clock.seconds = 31;
    await proxies.getReadyFor(request("10.9.0.2"));
    expect(lookUp).toHaveBeenCalledTimes(2);
  });

  it("that has moved is known at its first request", async () => {
    await proxies.getReadyFor(request("10.9.0.2"));
    lookUp.mockResolvedValue(["10.9.0.5"]);
    clock.seconds = 2;
    await proxies.getReadyFor(request("10.9.0.5"));
    expect(proxies.trusts("10.9.0.5")).toBe(true);
    expect(proxies.trusts("10.9.0.2")).toBe(false);
  });

  it("isn't looked up more often than once a second for strangers, who stay strangers", async () => {
    for (let asked = 0; asked < 20; asked += 1) {
      await proxies.getReadyFor(request("10.9.0.66"));
      clock.seconds += 0.1;
    }
    expect(lookUp).toHaveBeenCalledTimes(2);
    expect(proxies.trusts("10.9.0.66")).toBe(false);
  });

  it("is waited for by all requests that come meanwhile", async () => {
    let answer: (addresses: string[]) => void = () => {};
    lookUp.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const both = Promise.all([1, 2].map(() => proxies.getReadyFor(request("10.9.0.2"))));
    answer(["10.9.0.2"]);
    await both;
    expect(lookUp).toHaveBeenCalledTimes(1);
    expect(proxies.trusts("10.9.0.2")).toBe(true);
  });

  it("without an address makes nobody trusted", async () => {
    await proxies.getReadyFor(request("10.9.0.2"));
    lookUp.mockRejectedValue(new Error("ENOTFOUND"));
    clock.seconds = 60;
    await proxies.getReadyFor(request("10.9.0.2"));
    expect(proxies.trusts("10.9.0.2")).toBe(false);
  });
});
