import { forgotten, leftAlone, report, unreachable } from "./destroy";
import { noState } from "./deploy/state";
import type { Labelled } from "./engine";

const labelled = { stack: "local", owner: "/clone", createdAt: "2026-01-01T10:00:00Z" };
const minio: Labelled = {
  ...labelled,
  kind: "container",
  id: "1",
  name: "feedback-loop-local-minio",
};
const volume: Labelled = {
  ...labelled,
  kind: "volume",
  id: "v",
  name: "feedback-loop-local-objects",
};

describe("destroy", () => {
  it("says what it removed and what it kept", () => {
    expect(report("local", [minio, volume], [volume])).toBe(
      `Removed:
  container  feedback-loop-local-minio
Kept for the next npm start (--volumes removes it):
  volume     feedback-loop-local-objects`,
    );
    expect(report("local", [volume], [volume])).toMatch(/^Nothing was left to remove\.\nKept/);
    expect(report("local", [], [])).toBe(
      'Nothing of this clone\'s stack "local" is on the engine.',
    );
  });

  it("says what it left to others, and how that would go", () => {
    expect(leftAlone([])).toBe("");
    expect(leftAlone([{ ...minio, owner: "h:/there#1" }, volume])).toBe(
      `Left alone, made by h:/there#1 (--owner 'h:/there#1' removes it):
  container  feedback-loop-local-minio
Left alone, made by /clone (--owner '/clone' removes it):
  volume     feedback-loop-local-objects`,
    );
  });

  describe("of a host that can't be reached", () => {
    const urn = (type: string, name: string) => `urn:pulumi:s::feedback-loop::${type}::${name}`;
    const state = {
      ...noState,
      resources: [
        {
          urn: urn("pulumi:providers:docker", "d"),
          type: "pulumi:providers:docker",
          inputs: { host: "ssh://cc@a:22" },
        },
        {
          urn: urn("docker:index/volume:Volume", "objects"),
          type: "docker:index/volume:Volume",
          outputs: { name: "feedback-loop-s-objects" },
        },
      ],
    };

    it("removes nothing, and says what there was and what can be done", () => {
      const words = unreachable("s", state, "no route to host");
      expect(words).toMatch(/can't be reached: no route to host\nNothing was removed\./);
      expect(words).toContain('1 things of the stack "s" on ssh://cc@a:22');
      expect(words).toContain("npm run destroy -- --forget -s s");
      expect(unreachable("s", noState, "no route")).not.toContain("--forget");
    });

    it("says what was forgotten", () => {
      expect(forgotten(state)).toMatch(
        /^Forgotten, not removed, because ssh:\/\/cc@a:22 can't be reached.*\n {2}volume {5}feedback-loop-s-objects$/,
      );
    });
  });
});
