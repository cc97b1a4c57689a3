// Photos and feedback come while stores fail and come back, answers are lost, and the process is killed
// and started again, in any order. In the end all that was accepted is saved, and nothing twice.
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type NewFeedback, type NewPrediction, UnknownPrediction } from "@feedback-loop/database";
import fc from "fast-check";
import { Outbox } from "./outbox";
import { Saver } from "./saver";
import { eventually } from "./testing/eventually";
import { exampleFeedback, exampleItem } from "./testing/example-item";
import { MortalFiles } from "./testing/mortal-files";

const STORE_STEPS = ["object", "row", "feedback"] as const;
type StoreStep = (typeof STORE_STEPS)[number];

type Command =
  // `waits`: until it is accepted; else what follows happens meanwhile.
  | { do: "accept"; waits: boolean }
  | { do: "feedback"; about: number; waits: boolean }
  | { do: "outage"; at: StoreStep; isDone: boolean }
  | { do: "pause"; millis: number }
  | { do: "crash" | "recovery" };

const waits = fc.boolean();
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("accept"), waits }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("feedback"), about: fc.nat(20), waits }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("pause"), millis: fc.nat(12) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("crash", "recovery") }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("outage"),
        at: fc.constantFrom(...STORE_STEPS),
        isDone: fc.boolean(),
      }),
    },
  ),
  { minLength: 5, maxLength: 50, size: "max" },
);

it("whatever happens when: accepted = objects = rows, and feedback follows its prediction", async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(commands, async (script) => {
      const folder = await mkdtemp(join(tmpdir(), "interleavings-"));
      const world = new World(folder);
      try {
        await world.begin();
        for (const command of script) await world.obey(command);
        await world.finish();
        world.check();
        expect(await readdir(folder)).toEqual([]);
        accepted += world.photos.size + world.feedback.size;
      } finally {
        await world.process.die();
        await rm(folder, { recursive: true });
      }
    }),
    { numRuns: 40 },
  );
  expect(accepted).toBeGreaterThan(100);
}, 120_000);

/** The stores, which outlive each process, the process of the moment, and what was promised to people. */
class World {
  /** Ids that were answered for. */
  readonly photos = new Set<string>();
  readonly feedback = new Set<string>();
  process = new MortalFiles();
  private readonly objects = new Set<string>();
  private readonly rows = new Map<string, NewPrediction>();
  private readonly feedbackRows = new Map<string, NewFeedback>();
  private readonly wrong: string[] = [];
  /** Steps that fail; true: only their answer is lost. */
  private readonly outages = new Map<StoreStep, boolean>();
  private outbox!: Outbox;
  private saver!: Saver;

  constructor(private readonly folder: string) {}

  async begin(): Promise<void> {
    this.process = new MortalFiles();
    const { process } = this;
    this.outbox = await Outbox.open(this.folder, 2 ** 30, process.files);
    this.saver = new Saver({
      outbox: this.outbox,
      photos: { put: process.mortal((key: string) => this.putObject(key)) },
      log: {
        insert: process.mortal((row: NewPrediction) => this.insertRow(row)),
        insertFeedback: process.mortal((one: NewFeedback) => this.insertFeedback(one)),
      },
      events: {
        saved: () => undefined,
        feedbackSaved: () => undefined,
        failed: () => undefined,
        damaged: (id) => this.wrong.push(`${id} is damaged`),
        orphaned: ({ id }) => this.wrong.push(`feedback ${id} came before its prediction`),
      },
      retrySeconds: 0.002,
    });
    this.saver.start();
  }

  async obey(command: Command): Promise<void> {
    switch (command.do) {
      case "accept":
      case "feedback": {
        const arrival = command.do === "accept" ? this.accept() : this.giveFeedback(command.about);
        return command.waits ? arrival : undefined;
      }
      case "outage":
        return void this.outages.set(command.at, command.isDone);
      case "recovery":
        return this.outages.clear();
      case "pause":
        return sleep(command.millis);
      case "crash":
        await this.process.die();
        return this.begin();
    }
  }

  /** A last crash, then time for the next process to save everything, with all stores up. */
  async finish(): Promise<void> {
    this.outages.clear();
    await this.process.die();
    await this.begin();
    await eventually(() => this.isIdle() || this.wrong.length > 0, 20_000);
    await this.saver.stop();
  }

  check(): void {
    const rowsOf = (ids: Iterable<string>) => [...ids].map((id) => this.rows.get(id)?.objectKey);
    expect(this.wrong).toEqual([]);
    expect(rowsOf(this.photos)).not.toContain(undefined);
    expect([...this.objects].sort()).toEqual(rowsOf(this.rows.keys()).sort());
    expect([...this.feedback].filter((id) => !this.feedbackRows.has(id))).toEqual([]);
  }

  private isIdle(): boolean {
    const { depth, feedbackDepth } = this.outbox.state();
    return depth === 0 && feedbackDepth === 0;
  }

  private async accept(): Promise<void> {
    const { outbox, saver } = this;
    const item = exampleItem();
    const { id } = item.prediction;
    await outbox.put(item);
    this.photos.add(id);
    saver.arrived(id);
  }

  private async giveFeedback(about: number): Promise<void> {
    const { outbox, saver } = this;
    const ids = [...this.photos];
    const predictionId = ids[about % ids.length];
    if (predictionId === undefined) return;
    const feedback = exampleFeedback(predictionId, { id: randomUUID() });
    await outbox.putFeedback(feedback);
    this.feedback.add(feedback.id);
    saver.feedbackArrived(feedback.id);
  }

  private putObject(key: string): Promise<void> {
    return this.answer("object", () => this.objects.add(key));
  }

  private insertRow(row: NewPrediction): Promise<void> {
    return this.answer("row", () => {
      if (!this.objects.has(row.objectKey)) this.wrong.push(`row ${row.id} has no object`);
      this.rows.set(row.id, row);
    });
  }

  private insertFeedback(feedback: NewFeedback): Promise<void> {
    return this.answer("feedback", () => {
      if (!this.rows.has(feedback.predictionId)) throw new UnknownPrediction(feedback);
      this.feedbackRows.set(feedback.id, feedback);
    });
  }

  private async answer(step: StoreStep, work: () => unknown): Promise<void> {
    await sleep(1);
    const outage = this.outages.get(step);
    if (outage === false) throw new Error("connection refused");
    work();
    await sleep(1);
    if (outage === true) throw new Error("the connection was cut before the answer");
  }
}
