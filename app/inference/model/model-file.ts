// A model as it lies on disk, checked: what classifiers are started from.
import { createHash } from "node:crypto";
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
  readonly description: ModelDescription;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
