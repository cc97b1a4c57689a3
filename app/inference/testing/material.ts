// What the tests of this folder run on: the real model, and real photos.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { describeModel } from "../model/description";
import { type ModelFile, sha256Of } from "../model/model-file";

/** The built model: kept in the cache, or what FEEDBACK_LOOP_MODEL names. */
export function realModel(): ModelFile {
  const { FEEDBACK_LOOP_MODEL, FEEDBACK_LOOP_CACHE, XDG_CACHE_HOME } = process.env;
  const caches = XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const cache = FEEDBACK_LOOP_CACHE ?? join(caches, "feedback-loop");
  const path = FEEDBACK_LOOP_MODEL ?? join(cache, "model", "model.onnx");
  if (!existsSync(path)) {
    throw new Error(
      `the tests of app/inference need the built model, and there is none at ${path}; ` +
        `run "npm run model -- build --out ${path}", or name a model file in FEEDBACK_LOOP_MODEL`,
    );
  }
  const bytes = readFileSync(path);
  return { path, sha256: sha256Of(bytes), description: describeModel(bytes) };
}

const PHOTOS = resolve(__dirname, "../../../../shared/photos");

/** A real photo; they lie beside the clone, not in it. */
export function realPhoto(name: string): Buffer {
  const path = join(PHOTOS, name);
  if (existsSync(path)) return readFileSync(path);
  throw new Error(`this test needs the photo ${path}; put the folder "photos" there`);
}
