import { readConfig } from "../../infra/config";
import {
  addressOf,
  endpointOf,
  isToBeReplaced,
  nothingThere,
  placeOf,
  serverOf,
  withAddress,
} from "./stack-host";

const provider = (inputs: Record<string, unknown>) => ({
  resources: [{ urn: "u", type: "pulumi:providers:docker", inputs }],
});

describe("where a stack is", () => {
  it("is what its Docker provider was given", () => {
    const state = provider({ host: "ssh://cc@a:22", sshOpts: '["-o","BatchMode=yes"]' });
    expect(endpointOf(state)).toEqual({
      host: "ssh://cc@a:22",
      sshOptions: ["-o", "BatchMode=yes"],
    });
    expect(placeOf(state)).toBe("ssh://cc@a:22");
  });

  it.each([
    ["a local one", provider({ host: "unix:///var/run/docker.sock" })],
    ["none yet", { resources: [] }],
  ])("is this machine for %s", (_, state) => {
    expect(endpointOf(state)).toBeUndefined();
    expect(placeOf(state)).toBe("this machine");
  });

  it("is said where nothing of it was found", () => {
    expect(nothingThere("class", provider({ host: "ssh://cc@a:22" }))).toBe(
      'stack "class": nothing of it is on ssh://cc@a:22; npm start -- -s class deploys it',
    );
    expect(nothingThere("local", { resources: [] })).toBe(
      `stack "local": it isn't deployed; npm start deploys it`,
    );
  });
});

describe("a stack's own server", () => {
  const resource = (type: string, more: object) => ({ urn: "u", type, ...more });
  const server = (id: string, more: object = {}) =>
    resource("openstack:compute/instance:Instance", { id, ...more });
  const floatingIp = resource("openstack:networking/floatingIp:FloatingIp", {
    outputs: { address: "198.51.100.7" },
  });
  const chameleon = (settings: Record<string, string> = {}) =>
    readConfig({
      target: "chameleon",
      openstack: JSON.stringify({ flavor: "m1.medium", ...settings }),
      ssh: '{"user":"cc"}',
      allowedCidrs: '{"ssh":["198.51.100.1/32"]}',
    });

  it("is the one that isn't being replaced", () => {
    expect(serverOf({ resources: [server("old", { delete: true }), server("new")] })).toBe("new");
    expect(serverOf({ resources: [] })).toBeUndefined();
  });

  it("has the address of its engine, and before that of its floating IP", () => {
    expect(addressOf({ resources: [floatingIp] })).toBe("198.51.100.7");
    const { resources } = provider({ host: "ssh://cc@198.51.100.8:22" });
    expect(addressOf({ resources: [floatingIp, ...resources] })).toBe("198.51.100.8");
    expect(addressOf({ resources: [] })).toBeUndefined();
  });

  it("gives its address to the settings once it is there", () => {
    const address = (resources: object[], settings = {}) =>
      withAddress(chameleon(settings), { resources: resources as never }).ssh.address;
    expect(address([server("s"), floatingIp])).toBe("198.51.100.7");
    expect(address([floatingIp])).toBe("");
    const held = { floatingIp: "198.51.100.9" };
    expect(address([server("s")], held)).toBe("198.51.100.9");
    expect(address([], held)).toBe("");
  });

  it("is no matter of other targets", () => {
    const config = readConfig({ target: "ssh", ssh: '{"address":"a.example"}' });
    expect(withAddress(config, { resources: [server("s"), floatingIp] })).toBe(config);
  });

  it("is to be replaced once the settings have another generation than it", () => {
    const state = { resources: [server("i", { replacementTrigger: 2 })] };
    const { openstack } = readConfig({});
    const asked = (generation: number) =>
      isToBeReplaced(state, { openstack: { ...openstack, generation } });
    expect(asked(2)).toBe(false);
    expect(asked(3)).toBe(true);
    expect(isToBeReplaced({ resources: [] }, { openstack })).toBe(false);
  });
});
