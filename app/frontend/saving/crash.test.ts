// A process that accepts and saves a photo and feedback about it is killed at every single step; the next
// process must find and finish what had been accepted. Real processes, real files, real SIGKILL.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NewFeedback } from "@feedback-loop/database";
import { buildSync } from "esbuild";
import { Outbox } from "./outbox";
import { Saver } from "./saver";
import { eventually } from "./testing/eventually";
import { folderStores } from "./testing/folder-stores";

const root = mkdtempSync(join(tmpdir(), "crash-"));
const program = join(root, "child.js");

beforeAll(() => {
  const source = join(__dirname, "testing", "crash-child.ts");
  buildSync({ entryPoints: [source], outfile: program, bundle: true, platform: "node" });
});
afterAll(() => rmSync(root, { recursive: true }));

function runChild(folder: string, killAtStep: number) {
  const { stdout, stderr, signal } = spawnSync(
    process.execPath,
    [program, folder, String(killAtStep)],
    { encoding: "utf8", timeout: 20_000 },
  );
  const accepted = /accepted (\S+)/.exec(stdout)?.[1];
  const feedback = /feedback (\S+)/.exec(stdout)?.[1];
  return { accepted, feedback, steps: Number(/steps (\d+)/.exec(stdout)?.[1]), signal, stderr };
}

/** What the next process does: opens the outbox and saves everything in it. */
async function recover(folder: string) {
  const outbox = await Outbox.open(join(folder, "outbox"), 2 ** 24);
  const stores = folderStores(folder);
  const failures: unknown[] = [];
  const events = {
    saved: () => undefined,
    feedbackSaved: () => undefined,
    orphaned: ({ id }: NewFeedback) => failures.push(`${id} is orphaned`),
    failed: (_id: string, _step: string, error: unknown) => failures.push(error),
    damaged: (_id: string, error: unknown) => failures.push(error),
  };
  const saver = new Saver({ outbox, ...stores, events, retrySeconds: 60, concurrency: 8 });
  const waiting = () => [...outbox.waiting(), ...outbox.waitingFeedback()];
  saver.start();
  await eventually(() => failures.length > 0 || waiting().length === 0);
  await saver.stop();
  return { failures, waiting: waiting(), stores };
}

it("a kill at any step loses nothing that was accepted, and saves nothing twice", async () => {
  const whole = runChild(join(root, "whole"), 0);
  expect(whole).toMatchObject({ signal: null, stderr: "" });
  expect(whole.steps).toBeGreaterThan(40);

  let [lost, lostFeedback] = [0, 0];
  for (let step = 1; step <= whole.steps; step += 1) {
    const folder = join(root, `step-${step}`);
    const { accepted, feedback, signal } = runChild(folder, step);
    expect({ step, signal }).toEqual({ step, signal: "SIGKILL" });
    const { failures, waiting, stores } = await recover(folder);
    const rows = await stores.rowIds();
    const objects = await stores.objectNames();
    expect({ step, failures, waiting, violations: stores.hasViolations() }).toEqual({
      step,
      failures: [],
      waiting: [],
      violations: false,
    });
    const feedbackRows = await stores.feedbackIds();
    if (accepted !== undefined) expect({ step, rows }).toEqual({ step, rows: [accepted] });
    if (feedback !== undefined)
      expect({ step, feedbackRows }).toEqual({ step, feedbackRows: [feedback] });
    expect({ step, objects }).toEqual({ step, objects: rows.map((id) => `class_03_${id}.jpg`) });
    expect({ step, left: readdirSync(join(folder, "outbox")) }).toEqual({ step, left: [] });
    lost += rows.length === 0 ? 1 : 0;
    lostFeedback += feedbackRows.length === 0 ? 1 : 0;
  }
  // Killed early enough, what was never accepted is gone: the kills did happen before, too.
  expect(lost).toBeGreaterThan(3);
  expect(lostFeedback).toBeGreaterThan(lost + 3);
  expect(lostFeedback).toBeLessThan(whole.steps);
}, 60_000);
