import { endpointOf, nothingThere, placeOf } from "./stack-host";

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
