// A hash of what an image is built from, so that it is rebuilt when that changes and only then.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** Never part of a build context; keep in step with .dockerignore. */
const ignoredFolders = new Set([
  "node_modules",
  "dist",
  "__pycache__",
  ".pytest_cache",
  ".ruff_cache",
  ".venv",
]);
const ignoredFile = /(\.test\.ts|^test_.*\.py)$/;

/**
 * SHA-256, in hex, over the paths and contents of all files in `sources`.
 * @param root the clone
 * @param sources files and folders, relative to the root; a missing one throws
 */
export function sourceHash(root: string, sources: readonly string[]): string {
  const hash = createHash("sha256");
  const files = sources.flatMap((source) => filesBelow(join(root, source))).sort();
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory())
      return ignoredFolders.has(entry.name) ? [] : filesBelow(join(path, entry.name));
    return ignoredFile.test(entry.name) ? [] : [join(path, entry.name)];
  });
}
