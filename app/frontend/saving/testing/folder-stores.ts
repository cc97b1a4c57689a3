// The stores as folders, so that what a killed process had saved can be looked at afterwards.
import { existsSync } from "node:fs";
import { appendFile, mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type NewPrediction, UnknownPrediction } from "@feedback-loop/database";
import type { PhotoStore } from "../photo-store";
import type { PredictionLog } from "../saver";

/** `step` is called before and after each change; it may end the process. */
export function folderStores(root: string, step: () => void = () => undefined) {
  const [objects, rows, feedbackRows] = ["objects", "rows", "feedback"].map((name) =>
    join(root, name),
  ) as [string, string, string];
  const nameOf = (key: string) => key.replaceAll("/", "_");
  const photos: Pick<PhotoStore, "put"> = {
    async put(key, photo) {
      await mkdir(objects, { recursive: true });
      step();
      await writeFile(join(root, "incoming"), photo);
      await rename(join(root, "incoming"), join(objects, nameOf(key)));
      step();
    },
  };
  const log: PredictionLog = {
    async insert(row: NewPrediction) {
      await mkdir(rows, { recursive: true });
      step();
      if (!existsSync(join(objects, nameOf(row.objectKey)))) {
        await appendFile(join(root, "violations"), `${row.id} has no object\n`);
      }
      await writeFile(join(rows, row.id), JSON.stringify(row));
      step();
    },
    async insertFeedback(feedback) {
      await mkdir(feedbackRows, { recursive: true });
      step();
      if (!existsSync(join(rows, feedback.predictionId))) throw new UnknownPrediction(feedback);
      await writeFile(join(feedbackRows, feedback.id), JSON.stringify(feedback));
      step();
    },
  };
  return {
    photos,
    log,
    objectNames: () => readdir(objects).catch(() => []),
    rowIds: () => readdir(rows).catch(() => []),
    feedbackIds: () => readdir(feedbackRows).catch(() => []),
    hasViolations: () => existsSync(join(root, "violations")),
  };
}
