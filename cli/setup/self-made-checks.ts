// Tests of what set-up made itself because it was to be had nowhere: they only make sense where it did.
import { join } from "node:path";
import type { Part } from "../checks/parts";
import { root } from "../paths";
import { type Findings, finding } from "./findings";

const script = (...path: string[]) => ({ program: join(root, "lab", ...path), args: [] });

/** Folders with Python, for its format and lint. */
export const selfMadePython: readonly string[] = ["lab"];

/** The format of the Go code that makes the toolchain. */
export const goFormat: Part = {
  name: "go format",
  program: "gofmt",
  args: ["-l", "lab"],
  fixArgs: ["-w", "lab"],
  failsByOutput: true,
  optional: "Go isn't installed",
};

/** The parts of `npm test` for what was found, or made, on this machine. */
export function selfMadeChecks(
  found: Partial<Findings> = { toolchain: finding("toolchain"), images: finding("images") },
): Part[] {
  return [
    ...(found.toolchain?.builtIn
      ? [{ name: "toolchain tests", ...script("toolchain", "check.sh") }]
      : []),
    ...(found.images?.registryMirror
      ? [
          { name: "mirror tests", ...script("registry", "smoke.sh") },
          { name: "second machine", ...script("machine", "check.sh") },
        ]
      : []),
  ];
}
