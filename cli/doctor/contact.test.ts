import { readConfig } from "../../infra/config";
import type { Facts } from "../../infra/host/facts";
import { contactProblem } from "./contact";

describe("a login", () => {
  const { ssh, ...settings } = readConfig({});
  const problem = (exitCode: number, stderr: string, facts: Facts = {}, more = {}) => {
    const config = { ...settings, ssh: { ...ssh, address: "10.0.0.5", user: "cc" }, ...more };
    return contactProblem(config, { exitCode, stderr }, facts);
  };

  it("is well when it told the facts, whatever else was said", () => {
    expect(problem(0, "Warning: Permanently added", { time: "5" })).toBeUndefined();
  });

  it.each([
    [255, "cc@10.0.0.5: Permission denied (publickey).", "doesn't let cc in"],
    [255, "Host key verification failed.", "config set --path ssh.hostKey"],
    [
      255,
      "ssh: connect to host 10.0.0.5 port 22: No route to host",
      "No route to host: no ssh at 10.0.0.5",
    ],
    [137, "", "no ssh at 10.0.0.5 port 22"],
    [142, 'Please login as the user "debian".', "can't run commands"],
  ])("that ends with %i and %j says what to do", (exitCode, stderr, words) => {
    expect(problem(exitCode, stderr)).toContain(words);
  });

  it("to a server of the stack's own that doesn't answer says how it is replaced", () => {
    const openstack = { ...settings.openstack, generation: 4 };
    const words = problem(255, "Connection timed out", {}, { target: "chameleon", openstack });
    expect(words).toContain("allowedCidrs.ssh");
    expect(words).toContain("openstack.generation 5");
    expect(words).not.toContain("ssh.address");
  });
});
