import { endpointOf, placeOf } from "./stack-host";

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
});
