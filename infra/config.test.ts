import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { readConfig } from "./config";

const problemsOf = (raw: Record<string, string>): string => {
  try {
    readConfig(raw);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the configuration was accepted");
};

describe("the configuration", () => {
  it("needs no key at all", () => {
    expect(readConfig({})).toEqual({
      target: "local",
      components: ["labelStudio", "airflow", "jupyter"],
      ports: {
        portal: 8090,
        frontend: 5000,
        inference: 8000,
        labelStudio: 8081,
        airflow: 8080,
        jupyter: 8888,
        minio: 9001,
        objectStore: 9000,
        postgres: 5432,
      },
      open: ["inference"],
      tls: "off",
      domain: "",
      registryMirror: "docker.io",
      imageRegistry: "",
      ssh: {
        address: "",
        user: "root",
        port: 22,
        privateKeyPath: "",
        hostKey: "",
        bindAddress: "0.0.0.0",
      },
      hostTimeoutSeconds: 900,
      healthTimeoutSeconds: 300,
      cgroupParent: "",
      outboxLimitMiB: 512,
      uploadsPerMinute: { session: 30, address: 300 },
    });
  });

  it("is described key by key in Pulumi.yaml, with the same defaults", () => {
    const project = parse(readFileSync(join(__dirname, "../Pulumi.yaml"), "utf8")) as {
      config: Record<string, { default?: unknown; description?: string }>;
    };
    const described = Object.entries(project.config).filter(([key]) => !key.includes(":"));
    // `auto` stands for what the target makes of it, or for all.
    const defaults = { ...readConfig({}), components: "auto", open: "auto", tls: "auto" };
    expect(described.map(([key, schema]) => [key, schema.default])).toEqual(
      Object.entries(defaults),
    );
    for (const [, { description }] of described) expect(description).toBeTruthy();
  });

  it("keeps the defaults of ports that are not given", () => {
    const { ports } = readConfig({ ports: '{"frontend":5050}' });
    expect(ports).toMatchObject({ frontend: 5050, inference: 8000, minio: 9001 });
  });

  it("takes an empty list for what it says", () => {
    expect(readConfig({ open: "[]" }).open).toEqual([]);
  });

  it.each([
    [{}, "off"],
    [{ target: "ssh" }, "internal"],
    [{ target: "ssh", domain: "loop.example.org" }, "acme"],
    [{ target: "ssh", domain: "loop.example.org", tls: "off" }, "off"],
    [{ tls: "internal" }, "internal"],
  ])("with %j speaks TLS: %s", (raw, mode) => {
    expect(readConfig({ ...raw, ssh: '{"address":"10.0.0.5"}' }).tls).toBe(mode);
  });

  it("gets no public certificate for an address, nor on ports that the authority needs", () => {
    const problems = problemsOf({ tls: "acme", ports: '{"portal":443}' });
    expect(problems).toContain("domain: tls: acme gets a certificate for a name");
    expect(problems).toContain("ports: with tls: acme the ports 80 and 443");
    expect(problemsOf({ domain: "https://loop.example.org" })).toContain("with no scheme");
  });

  it("opens the inference API on loopback only, unless told otherwise", () => {
    const ssh = '{"address":"10.0.0.5"}';
    expect(readConfig({ open: "auto" }).open).toEqual(["inference"]);
    expect(readConfig({ target: "ssh", ssh, open: "auto" }).open).toEqual([]);
    expect(readConfig({ target: "ssh", ssh, open: '["inference"]' }).open).toEqual(["inference"]);
  });

  it("reads another machine's login, and its host key without the comment", () => {
    const given =
      '{"address":"host.example.org","user":"cc","port":"2222","hostKey":"ssh-ed25519 AAAA me@x"}';
    expect(readConfig({ target: "ssh", ssh: given }).ssh).toEqual({
      address: "host.example.org",
      user: "cc",
      port: 2222,
      privateKeyPath: "",
      hostKey: "ssh-ed25519 AAAA",
      bindAddress: "0.0.0.0",
    });
  });

  it("wants a machine for target ssh", () => {
    expect(problemsOf({ target: "ssh" })).toContain("ssh.address: target ssh needs a machine");
  });

  it("takes the defaults when they are given, as Pulumi gives them", () => {
    const { ssh } = readConfig({});
    expect(readConfig({ ssh: JSON.stringify(ssh) }).ssh).toEqual(ssh);
  });

  it("refuses what would be another word of a command line", () => {
    const problems = problemsOf({
      ssh: '{"address":"-oProxyCommand=x","user":"a b","port":"ssh","privateKeyPath":"id \\"x","hostKey":"SHA256:x","bindAddress":"all","colour":"red"}',
      imageRegistry: "https://x",
    });
    for (const field of ["address", "user", "port", "privateKeyPath", "hostKey", "bindAddress"])
      expect(problems).toContain(`ssh.${field}: "`);
    expect(problems).toContain("ssh.colour: no such field; allowed are address, user, port");
    expect(problems).toContain('imageRegistry: "https://x" was given');
  });

  it("reports all problems at once, each with its key, what was given and what is allowed", () => {
    const problems = problemsOf({
      target: "moon",
      ports: '{"frontend":0,"webb":1}',
      open: '["everything"]',
      registryMirror: "https://mirror/",
      healthTimeoutSeconds: "soon",
      outboxLimitMiB: "1.5",
      uploadsPerMinute: '{"session":"many","person":1}',
      reigstryMirror: "x",
    });
    expect(problems).toContain("10 problems");
    expect(problems).toContain('target: "moon" was given; allowed is one of local, ssh');
    expect(problems).toContain(
      'ports.frontend: "0" was given; allowed is a whole number from 1 to',
    );
    expect(problems).toContain("ports.webb: no such field; allowed are portal, frontend");
    expect(problems).toContain(
      'open: "["everything"]" was given; allowed is auto or a list of portal, frontend, inf',
    );
    expect(problems).toContain("registryMirror");
    expect(problems).toContain('healthTimeoutSeconds: "soon"');
    expect(problems).toContain('outboxLimitMiB: "1.5"');
    expect(problems).toContain('uploadsPerMinute.session: "many" was given; allowed is a whole');
    expect(problems).toContain("uploadsPerMinute.person: no such field; allowed are session, add");
    expect(problems).toContain("reigstryMirror: no such key; allowed are");
  });

  it("says how to put a value right", () => {
    expect(problemsOf({ ports: '{"frontend":"a"}' })).toContain(
      "pulumi config set --path 'ports.frontend' VALUE",
    );
  });

  it("refuses two services on one port", () => {
    expect(problemsOf({ ports: '{"frontend":8000}' })).toContain(
      "two endpoints have the same port",
    );
  });

  it("refuses a session more uploads than its address has", () => {
    expect(problemsOf({ uploadsPerMinute: '{"address":20}' })).toContain(
      "an address may make 20 uploads a minute, and a session behind it 30; give `address` at least",
    );
    expect(readConfig({ uploadsPerMinute: '{"session":300}' }).uploadsPerMinute).toEqual({
      session: 300,
      address: 300,
    });
  });

  it("refuses ports that aren't an object", () => {
    expect(problemsOf({ ports: "[5000]" })).toContain("an object with any of the fields");
  });
});
