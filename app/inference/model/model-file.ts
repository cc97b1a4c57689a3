// A model as it lies on disk, checked: what classifiers are started from.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type Static, Type } from "@sinclair/typebox";
import type { ModelDescription } from "./description";

export const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

/** Object `aliases/<name>` of the model bucket: which model the alias stands for. */
export const ModelAlias = Type.Object({
  sha256: Sha256,
  version: Type.String(),
  publishedAt: Type.String(),
});
export type ModelAlias = Static<typeof ModelAlias>;

export interface ModelFile {
  readonly path: string;
  /** Hash of the file's bytes, in hexadecimal: the model's name in the store. */
  readonly sha256: string;
  readonly description: ModelDescription;
}

/** In pieces, for files of any size. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
