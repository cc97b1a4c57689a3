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
      openstack: {
        cloud: "openstack",
        reservationId: "",
        flavor: "",
        image: "CC-Ubuntu24.04",
        network: "sharednet1",
        floatingIpPool: "public",
        floatingIp: "",
        availabilityZone: "",
        publicKeyPath: "",
        generation: 1,
      },
      allowedCidrs: {},
      dataVolume: { sizeGiB: 0, type: "", keep: "yes", id: "" },
      leaseEnd: "",
      suffix: "",
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
    expect(problems).toContain('target: "moon" was given; allowed is one of local, ssh, chameleon');
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

describe("the configuration of a server in a cloud", () => {
  const reservationId = "0a1b2c3d-0000-1111-2222-333344445555";
  const given = {
    target: "chameleon",
    openstack: JSON.stringify({ reservationId }),
    ssh: '{"user":"cc"}',
    allowedCidrs: '{"ssh":["198.51.100.7"]}',
  };
  const plus = (more: Record<string, string>) => ({ ...given, ...more });

  it("lets everybody in where students work, and administrators from where it says", () => {
    const everybody = ["0.0.0.0/0"];
    const frontend = ["10.0.0.0/8", "198.51.100.0/24"];
    const cidrs = JSON.stringify({ ssh: ["198.51.100.7"], frontend });
    expect(readConfig(plus({ allowedCidrs: cidrs })).allowedCidrs).toEqual({
      portal: everybody,
      frontend,
      labelStudio: everybody,
      airflow: everybody,
      jupyter: everybody,
      minio: everybody,
      ssh: ["198.51.100.7/32"],
    });
  });

  it("asks who may reach what is for administrators, once that is open", () => {
    const problems = problemsOf(plus({ allowedCidrs: "{}", open: '["postgres"]' }));
    expect(problems).toContain("2 problems");
    expect(problems).toContain("allowedCidrs.ssh: say who may reach it, such as your own address:");
    expect(problems).toContain("pulumi config set --path 'allowedCidrs.postgres[0]' ADDRESS/32");
    expect(problems).toContain("(0.0.0.0/0 stands for the whole internet)");
    const all = '{"ssh":["0.0.0.0/0"],"postgres":["0.0.0.0/0"]}';
    expect(
      readConfig(plus({ allowedCidrs: all, open: '["postgres"]' })).allowedCidrs,
    ).toMatchObject({ postgres: ["0.0.0.0/0"] });
  });

  it.each([
    ["198.51.100.7/33", 'allowedCidrs.ssh: "198.51.100.7/33" was given; allowed are IPv4 networks'],
    ["2001:db8::/32", "allowed are IPv4 networks such as"],
    ["256.0.0.1", "allowed are IPv4 networks such as"],
    ["010.0.0.1", "allowed are IPv4 networks such as"],
    ["10.1.2.3/0", "it is 0.0.0.0/0"],
    ["10.1.2.3/20", "isn't where a network of that size starts; it is 10.1.0.0/20"],
  ])("refuses the network %s", (cidr, words) => {
    expect(problemsOf(plus({ allowedCidrs: JSON.stringify({ ssh: [cidr] }) }))).toContain(words);
  });

  it("says what is wrong with the lists themselves", () => {
    const problems = problemsOf(
      plus({ allowedCidrs: '{"ssh":"10.0.0.0/8","web":[],"frontend":[1]}' }),
    );
    expect(problems).toContain('allowedCidrs.ssh: "10.0.0.0/8" was given; allowed is a list of t');
    expect(problems).toContain("--path 'allowedCidrs.ssh[0]' VALUE");
    expect(problems).toContain("allowedCidrs.web: no such field; allowed are portal,");
    expect(problems).toContain('allowedCidrs.frontend: "[1]" was given');
    expect(problemsOf(plus({ allowedCidrs: "[]" }))).toContain("allowed is an object of lists");
  });

  it("needs a reservation or a flavor, and not both", () => {
    expect(problemsOf(plus({ openstack: "{}" }))).toContain(
      "openstack.reservationId: target chameleon needs a reservation: npm run lease -- create",
    );
    const both = JSON.stringify({ reservationId, flavor: "m1.medium" });
    expect(problemsOf(plus({ openstack: both }))).toContain(
      "openstack.flavor: the reservation has a flavor of its own",
    );
    const flavor = { openstack: '{"flavor":"m1.medium"}' };
    expect(readConfig(plus(flavor)).openstack.flavor).toBe("m1.medium");
  });

  it("gives a login to a machine that it makes itself", () => {
    const problems = problemsOf(plus({ ssh: '{"address":"198.51.100.9"}' }));
    expect(problems).toContain("ssh.address: target chameleon makes its server");
    expect(problems).toContain("ssh.user: a cloud's server doesn't let root in");
  });

  it("reports whatever else can't be", () => {
    const problems = problemsOf(
      plus({
        openstack: JSON.stringify({
          cloud: "my cloud",
          reservationId: `reservation:${reservationId}`,
          image: "",
          floatingIp: "public",
          publicKeyPath: "key.pub",
          generation: "new",
        }),
        dataVolume: '{"sizeGiB":-1,"keep":"true","id":"data"}',
        leaseEnd: "tomorrow",
        suffix: "a_b",
      }),
    );
    for (const field of [
      "cloud",
      "reservationId",
      "image",
      "floatingIp",
      "publicKeyPath",
      "generation",
    ])
      expect(problems).toContain(`openstack.${field}: "`);
    for (const field of ["sizeGiB", "keep", "id"])
      expect(problems).toContain(`dataVolume.${field}`);
    expect(problems).toContain('leaseEnd: "tomorrow" was given; allowed is a time in UTC such as');
    expect(problems).toContain('suffix: "a_b" was given');
    const volume = JSON.stringify({ sizeGiB: 5, id: reservationId });
    expect(problemsOf(plus({ dataVolume: volume }))).toContain("dataVolume: sizeGiB makes a vol");
  });

  it("takes the name of the floating IP where a certificate needs one", () => {
    expect(readConfig(plus({ tls: "acme" }))).toMatchObject({ tls: "acme", domain: "" });
    expect(readConfig(given).tls).toBe("internal");
  });

  it("is no setting of other targets", () => {
    const problems = problemsOf({
      allowedCidrs: '{"ssh":["0.0.0.0/0"]}',
      dataVolume: '{"sizeGiB":5}',
      suffix: "me",
    });
    for (const key of ["allowedCidrs", "dataVolume", "suffix"])
      expect(problems).toContain(`${key}: it is for target chameleon only`);
  });

  it("comes for KVM@TACC with the project", () => {
    const file = readFileSync(join(__dirname, "../Pulumi.chameleon.yaml"), "utf8");
    const { config } = parse(file) as { config: Record<string, unknown> };
    const raw = Object.entries(config).map(([key, value]) => [
      key.replace("feedback-loop:", ""),
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    // All that it lacks is what nobody else can know.
    expect(
      problemsOf(Object.fromEntries(raw) as Record<string, string>).match(/ {2}- \S+:/g),
    ).toEqual(["  - openstack.reservationId:", "  - allowedCidrs.ssh:"]);
    expect(file).not.toContain("salt");
  });
});
