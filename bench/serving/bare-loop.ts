// Decode and run, and nothing else: what a photo costs without HTTP, queue and moving between
// threads. A process of its own, told by its parent what to do, so that its time can be measured as
// that of the servers is.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describeModel } from "../../app/inference/model/description";
import type { Job } from "./bare-worker";

const { MODEL = "", WORKERS = "1" } = process.env;
const { transform, classes } = describeModel(readFileSync(MODEL));
const readersRestricted = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
const workerData = { path: MODEL, transform, classCount: classes.length, readersRestricted };
const workers = Array.from(
  { length: Number(WORKERS) },
  () => new Worker(join(__dirname, "bare-worker.js"), { workerData }),
);

process.on("message", ({ photoFile, seconds }: { photoFile: string; seconds: number }) => {
  void Promise.all(
    workers.map((worker) => run(worker, { photo: readFileSync(photoFile), seconds })),
  )
    .then((counts) => counts.reduce((sum, count) => sum + count, 0))
    .then((requests) => process.send?.({ requests }));
});
process.on("disconnect", () => process.exit());

function run(worker: Worker, job: Job): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.postMessage(job);
  });
}
