// A process that accepts and saves one photo and feedback about it, and ends by SIGKILL at the step it is
// told; crash.test.ts runs it once for every step. Arguments: folder of outbox and stores, step (0: none).
import { writeSync } from "node:fs";
import * as realFiles from "node:fs/promises";
import { join } from "node:path";
import type { Files } from "../durable-folder";
import { Outbox } from "../outbox";
import { Saver } from "../saver";
import { exampleFeedback, exampleItem } from "./example-item";
import { folderStores } from "./folder-stores";

const STDOUT = 1;
const [root = "", lastStep = "0"] = process.argv.slice(2);
let steps = 0;

/** SIGKILL can't be caught: nothing after it runs. */
function step(): void {
  steps += 1;
  if (steps === Number(lastStep)) process.kill(process.pid, "SIGKILL");
}

/** Every file operation of the outbox is a step, and so is the middle of writing. */
const files: Files = {
  ...realFiles,
  mkdir: stepping(realFiles.mkdir),
  readdir: stepping(realFiles.readdir),
  rename: stepping(realFiles.rename),
  rm: stepping(realFiles.rm),
  readFile: stepping(realFiles.readFile),
  open: async (path, flags, mode) => {
    step();
    const handle = await realFiles.open(path, flags, mode);
    const writeFile = handle.writeFile.bind(handle);
    handle.sync = stepping(handle.sync.bind(handle));
    handle.close = stepping(handle.close.bind(handle));
    handle.writeFile = async (content) => {
      const bytes = content as Buffer;
      const middle = bytes.length >> 1;
      step();
      await writeFile(bytes.subarray(0, middle));
      step();
      await writeFile(bytes.subarray(middle));
    };
    return handle;
  },
};

function stepping<Operation extends (...args: never[]) => unknown>(operation: Operation) {
  return ((...args: Parameters<Operation>) => {
    step();
    return operation(...args);
  }) as Operation;
}

/** Feedback is accepted while the photo is being saved: steps of the two alternate. */
async function main(): Promise<void> {
  const outbox = await Outbox.open(join(root, "outbox"), 2 ** 24, files);
  const item = exampleItem();
  const { id } = item.prediction;
  const feedback = exampleFeedback(id);
  await outbox.put(item);
  writeSync(STDOUT, `accepted ${id}\n`);
  step();
  await new Promise<void>((resolve, reject) => {
    const saver = new Saver({
      outbox,
      ...folderStores(root, step),
      retrySeconds: 1,
      events: {
        saved: () => undefined,
        feedbackSaved: () => resolve(),
        failed: (_id, step) => reject(new Error(`saving failed at the step ${step}`)),
        damaged: () => reject(new Error("an item is damaged")),
        orphaned: () => reject(new Error("feedback was tried before its photo was saved")),
      },
    });
    saver.arrived(id);
    void outbox.putFeedback(feedback).then(() => {
      writeSync(STDOUT, `feedback ${feedback.id}\n`);
      step();
      saver.feedbackArrived(feedback.id);
    });
  });
  writeSync(STDOUT, `steps ${steps}\n`);
}

void main();
