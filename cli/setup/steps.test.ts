import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { CommandError } from "../command";
import { type State, type Step, StepFailed, runSteps, startable } from "./steps";

const step = (name: string, more: Partial<Step> = {}): Step => ({
  name,
  needs: [],
  done: () => Promise.resolve(undefined),
  run: () => Promise.resolve("made"),
  ...more,
});

describe("which steps may start", () => {
  it("waits for what a step needs", () => {
    const steps = [step("a"), step("b", { needs: ["a"] })];
    const names = (a: State) =>
      startable(
        steps,
        new Map<string, State>([
          ["a", a],
          ["b", "waiting"],
        ]),
      ).map(({ name }) => name);
    expect(names("waiting")).toEqual(["a"]);
    expect(names("running")).toEqual([]);
    expect(names("done")).toEqual(["b"]);
  });

  it("never has two heavy steps at once, and starts everything in the end", () => {
    const plans = fc.array(fc.record({ heavy: fc.boolean(), needs: fc.nat() }), { maxLength: 8 });
    fc.assert(
      fc.property(plans, (plan) => {
        const steps = plan.map(({ heavy, needs }, index) =>
          step(`s${index}`, { heavy, needs: index > 0 ? [`s${needs % index}`] : [] }),
        );
        const states = new Map<string, State>(steps.map(({ name }) => [name, "waiting"]));
        for (let turn = 0; turn < steps.length; turn += 1) {
          for (const { name } of startable(steps, states)) states.set(name, "running");
          const running = steps.filter(({ name }) => states.get(name) === "running");
          expect(running.filter(({ heavy }) => heavy).length).toBeLessThanOrEqual(1);
          const [first] = running;
          if (first) states.set(first.name, "done");
        }
        expect([...states.values()].every((state) => state === "done")).toBe(true);
      }),
    );
  });
});

describe("running steps", () => {
  let logFolder: string;
  let lines: string[];
  const print = (line: string) => void lines.push(line);
  beforeEach(() => {
    logFolder = mkdtempSync(join(tmpdir(), "steps-"));
    lines = [];
  });
  afterEach(() => rmSync(logFolder, { recursive: true }));

  it("skips what is done and says what was made", async () => {
    const run = jest.fn(() => Promise.resolve("made"));
    const there = step("there", { done: () => Promise.resolve("it"), run });
    await runSteps([there, step("new")], { logFolder, print });
    expect(run).not.toHaveBeenCalled();
    expect(lines).toContain("[0 s] there: it (already there)");
    expect(lines).toContain("[0 s] new: made (0 s)");
  });

  it("tells what failed, the end of its log, and where the log is, and starts nothing more", async () => {
    const after = jest.fn(() => Promise.resolve("made"));
    const bad = step("bad", {
      async run(log) {
        await log.run("sh", ["-c", "seq 1 50; exit 3"]);
        return "never";
      },
    });
    const running = runSteps([bad, step("after", { needs: ["bad"], run: after })], {
      logFolder,
      print,
    });
    const error = await running.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StepFailed);
    const { message } = error as StepFailed;
    expect(message).toMatch(/^bad failed;/);
    expect(message).toContain(join(logFolder, "bad.log"));
    expect(message.split("\n").slice(-2)).toEqual(["50", "sh -c ended with 3"]);
    expect(message.split("\n").length).toBeLessThanOrEqual(21);
    expect(after).not.toHaveBeenCalled();
    expect(readFileSync(join(logFolder, "bad.log"), "utf8")).toMatch(/^1\n2\n/);
  });

  it("reports a failed step's own words without a stack trace", async () => {
    const bad = step("bad", { run: () => Promise.reject(new CommandError("do this")) });
    await expect(runSteps([bad], { logFolder, print })).rejects.toThrow(/:\ndo this$/);
  });

  it("shows that a silent step is alive, and what it does", async () => {
    const slow = step("slow", {
      async run(log) {
        log.doing("counting");
        await new Promise((resolve) => setTimeout(resolve, 120));
        return "counted";
      },
    });
    await runSteps([slow], { logFolder, print, stillRunningSeconds: 0.05 });
    expect(lines.some((line) => /slow: still at it after \d+ s: counting$/.test(line))).toBe(true);
  });

  it("refuses an order that could never end", async () => {
    const lost = step("lost", { needs: ["nobody"] });
    await expect(runSteps([lost], { logFolder, print })).rejects.toThrow('"lost" needs nobody');
  });
});
