import { randomUUID } from "node:crypto";
import { labels } from "../infra/runtime/naming";
import { Engine } from "./engine";
import { succeed } from "./processes";

describe("what a stack left on the engine", () => {
  const engine = new Engine();
  const target = { stack: `test-${randomUUID()}`, owner: "/nowhere" };
  const flags = Object.entries(labels(target)).flatMap(([name, value]) => [
    "--label",
    `${name}=${value}`,
  ]);
  const others = { stack: `${target.stack}-other` };

  it("is found by its labels, and only that is removed", async () => {
    const name = `feedback-loop-${target.stack}`;
    for (const kind of ["volume", "network"] as const) {
      await succeed("docker", [kind, "create", ...flags, name]);
      const [found, ...more] = await engine.labelled(kind, target);
      expect(found).toMatchObject({ kind, name, ...target });
      expect(more).toEqual([]);
      expect(await engine.labelled(kind, others)).toEqual([]);
      await engine.remove(found!);
      expect(await engine.labelled(kind, target)).toEqual([]);
      // Gone already is as good as removed.
      await engine.remove(found!);
    }
  });

  it("is asked of an engine that answers, and an absent one is told apart", async () => {
    expect(await engine.problem()).toBeUndefined();
    expect(await new Engine({ host: "unix:///nowhere.sock" }).problem()).toMatch(/nowhere.sock/);
  });
});
