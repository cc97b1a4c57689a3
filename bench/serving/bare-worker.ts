// A thread of the bare loop: the service's own worker code, which reads its workerData, called over and
// over.
import { parentPort } from "node:worker_threads";
import { classify } from "../../app/inference/classifier/worker";

export interface Job {
  readonly photo: Uint8Array;
  readonly seconds: number;
}

parentPort!.on("message", ({ photo, seconds }: Job) => void work(photo, seconds));

/** Reports how many photos it classified. */
async function work(photo: Uint8Array, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  let requests = 0;
  for (; performance.now() < end; requests += 1) {
    const outcome = await classify({ photo: new Uint8Array(photo), wantsEmbedding: false });
    if (outcome.kind !== "classified") throw new Error(JSON.stringify(outcome));
  }
  parentPort!.postMessage(requests);
}
