import { settings } from "./settings";

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
