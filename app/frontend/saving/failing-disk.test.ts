// A real folder on a disk that fails, or is full, at a chosen step of writing.
import * as realFiles from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OutboxFull } from "../problems";
import type { Files } from "./durable-folder";
import { Outbox } from "./outbox";
import { exampleFeedback, exampleItem } from "./testing/example-item";

const MiB = 2 ** 20;
const STEPS = [
  "open",
  "first write",
  "last write",
  "sync",
  "close",
  "rename",
  "directory",
] as const;
type Step = (typeof STEPS)[number];

let folder: string;
beforeEach(async () => {
  folder = await realFiles.mkdtemp(join(tmpdir(), "outbox-"));
});
afterEach(() => realFiles.rm(folder, { recursive: true }));

const kinds = {
  photo: (outbox: Outbox) => outbox.put(exampleItem()),
  feedback: (outbox: Outbox) => outbox.putFeedback(exampleFeedback(exampleItem().prediction.id)),
};
const cases = Object.keys(kinds).flatMap((kind) =>
  STEPS.map((step) => [kind as keyof typeof kinds, step] as const),
);

describe.each(cases)("writing %s to a disk that fails at the step %s", (kind, step) => {
  it.each([
    ["EIO", "EIO"],
    ["ENOSPC", OutboxFull],
    ["EDQUOT", OutboxFull],
  ])("%s: nothing is accepted, nothing is left, and the next one is", async (code, thrown) => {
    const disk = new FailingDisk(step, code);
    const outbox = await Outbox.open(folder, MiB, disk.files);
    disk.broken = true;
    await expect(kinds[kind](outbox)).rejects.toThrow(thrown);
    expect(outbox.state()).toMatchObject({ depth: 0, bytes: 0, feedbackDepth: 0 });
    expect(await realFiles.readdir(folder)).toEqual([]);

    disk.broken = false;
    await kinds[kind](outbox);
    const { depth, feedbackDepth } = outbox.state();
    expect(depth + feedbackDepth).toBe(1);
  });
});

/** The real file system; while `broken`, one operation of writing fails. A write fails half-way. */
class FailingDisk {
  broken = false;
  readonly files: Files;

  constructor(
    private readonly step: Step,
    private readonly code: string,
  ) {
    this.files = {
      ...realFiles,
      open: (path, flags, mode) => this.open(path, flags, mode),
      rename: async (from, to) => {
        this.failAt("rename");
        await realFiles.rename(from, to);
      },
    };
  }

  private failAt(step: Step): void {
    if (this.broken && step === this.step) {
      throw Object.assign(new Error(this.code), { code: this.code });
    }
  }

  private async open(...[path, flags, mode]: Parameters<Files["open"]>) {
    const isPart = flags === "wx";
    if (isPart) this.failAt("open");
    const handle = await realFiles.open(path, flags, mode);
    const [sync, close] = [handle.sync.bind(handle), handle.close.bind(handle)];
    const writeFile = handle.writeFile.bind(handle);
    handle.sync = async () => {
      this.failAt(isPart ? "sync" : "directory");
      await sync();
    };
    if (!isPart) return handle;
    handle.close = async () => {
      await close();
      this.failAt("close");
    };
    let writes = 0;
    handle.writeFile = async (content) => {
      const bytes = content as Buffer;
      const step = ({ 1: "first write", 3: "last write" } as const)[(writes += 1)];
      await writeFile(bytes.subarray(0, bytes.length >> 1));
      if (step !== undefined) this.failAt(step);
      await writeFile(bytes.subarray(bytes.length >> 1));
    };
    return handle;
  }
}
