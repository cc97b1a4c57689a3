import { readConfig } from "../../infra/config";
import { cloudFailure } from "./cloud-failures";

describe("what the cloud refused", () => {
  const { openstack } = readConfig({});
  /** As the provider prints it. */
  const refusal = (what: string) => `
    error:   sdk-v2/provider2.go:572: sdk.helper_schema: Error creating openstack_networking_${what}_v2: Expected HTTP response code [201 202] when accessing [POST http://127.0.0.1:19696/v2.0/${what}s], but got 409 instead
    {\\"NeutronError\\": {\\"type\\": \\"IpAddressGenerationFailure\\", \\"message\\": \\"No more IP addresses available on network 8f.\\", \\"detail\\": \\"\\"}}: provider=openstack@3.15.2
    error: 1 error occurred:`;

  it("is said of a pool that has no floating IP left", () => {
    const words = cloudFailure(refusal("floatingip"), openstack);
    expect(words).toContain(`no floating IP is left in the pool ${openstack.floatingIpPool}`);
  });

  it("isn't said of a floating IP when a network of servers has no address left", () => {
    expect(cloudFailure(refusal("port"), openstack)).toBeUndefined();
  });

  it.each([
    [{ reservationId: "r-1" }, "no room in the reservation r-1"],
    [{ reservationId: "", flavor: "m1.large" }, "no room for a server of the flavor m1.large"],
  ])("is said of a server that finds no room, with %j", (settings, words) => {
    const said = "No valid host was found. There are not enough hosts available.";
    expect(cloudFailure(said, { ...openstack, ...settings })).toContain(words);
  });
});
