import { completed, settings } from "./settings";

describe("settings", () => {
  const project = {
    name: "loop",
    config: {
      "pulumi:disable-default-providers": { value: ["*"] },
      target: { description: "where", default: "local" },
      ports: { default: { frontend: 5000 } },
      short: 5,
      needed: { description: "no default" },
    },
  };

  it("are the project's, as the engine hands them over", () => {
    expect(settings(project, {})).toEqual({
      "pulumi:disable-default-providers": '["*"]',
      "loop:target": "local",
      "loop:ports": '{"frontend":5000}',
      "loop:short": "5",
    });
  });

  it("are the stack's first, and secret ones stay unread", () => {
    const config = {
      "loop:target": "ssh",
      "loop:token": { secure: "v1:abc" },
      "loop:nested": { open: "yes", key: { secure: "v1:abc" } },
    };
    expect(settings(project, { config })).toMatchObject({
      "loop:target": "ssh",
      "loop:token": "(secret)",
      "loop:nested": '{"open":"yes","key":"(secret)"}',
    });
  });

  it("may be none", () => expect(settings({ name: "loop" }, null)).toEqual({}));
});

describe("settings of a stack in a cloud", () => {
  it("are completed with what only a deployer can name", () => {
    const shared = { "loop:target": "chameleon", "loop:openstack": '{"network":"sharednet2"}' };
    const { settings: all, missing } = completed("loop", shared);
    expect(missing).toEqual(["openstack.reservationId", "allowedCidrs.ssh"]);
    expect(JSON.parse(all["loop:openstack"]!)).toEqual({
      network: "sharednet2",
      reservationId: "00000000-0000-0000-0000-000000000000",
    });
    expect(JSON.parse(all["loop:allowedCidrs"]!)).toEqual({ ssh: ["192.0.2.0/24"] });
  });

  it("stay as they are once they are complete, and on other targets", () => {
    const own = {
      "loop:target": "chameleon",
      "loop:openstack": '{"flavor":"m1.medium"}',
      "loop:allowedCidrs": '{"ssh":["198.51.100.7/32"]}',
    };
    expect(completed("loop", own)).toEqual({ settings: own, missing: [] });
    const local = { "loop:target": "local" };
    expect(completed("loop", local)).toEqual({ settings: local, missing: [] });
  });
});
