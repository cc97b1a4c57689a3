// What a backup says of itself: the last file in it, so that one without it isn't whole.
import { CommandError } from "../command";
import type { Content } from "./tar";

/** Of files that this revision writes; it reads these and older ones. */
export const format = 1;

export interface Manifest {
  format: number;
  stack: string;
  /** ISO 8601. */
  takenAt: string;
  /** Commit of the clone that took it; `+` at its end when something in it wasn't committed. */
  revision?: string;
  /** Version of the server whose rows these are. */
  postgresql: string;
  /** What ran: digest or id by image. */
  images: Record<string, string>;
  databases: DatabasePart[];
  buckets: BucketPart[];
}

export interface DatabasePart extends Content {
  name: string;
  /** Rows by `schema.table`. */
  rows: Record<string, number>;
}

export interface BucketPart {
  name: string;
  objects: number;
  bytes: number;
  /** Of the list of its objects, which has the hash of each. */
  index: Content;
}

/** One object of a bucket, as a line of the bucket's index. */
export interface IndexEntry extends Content {
  key: string;
  /** Content type and what else belongs to the object beside its bytes. */
  headers: Record<string, string>;
}

/** Names of the files in a backup. */
export const partName = {
  database: (name: string) => `databases/${name}.dump`,
  object: (bucket: string, key: string) => `buckets/${bucket}/${key}`,
  index: (bucket: string) => `indexes/${bucket}.jsonl`,
  manifest: "manifest.json",
};

export const indexLine = ({ key, bytes, sha256, headers }: IndexEntry) =>
  `${JSON.stringify({ key, bytes, sha256, headers })}\n`;

/** Rejects what isn't a manifest, or is a later one. Hashes bind all else to it. */
export function readManifest(text: string): Manifest {
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(text) as Partial<Manifest>;
  } catch {
    throw new CommandError(`the backup's ${partName.manifest} isn't JSON: the file is damaged`);
  }
  const given = manifest.format;
  if (typeof given !== "number" || !manifest.databases || !manifest.buckets)
    throw new CommandError(`the file's ${partName.manifest} isn't that of a backup`);
  if (given > format)
    throw new CommandError(
      `the backup has form ${given}, and this revision reads up to ${format}: restore it with the revision that took it (${manifest.revision ?? "unknown"}) or a later one`,
    );
  return manifest as Manifest;
}

/** For people: what a backup holds, a line a part. */
export function described({ databases, buckets }: Manifest): string[] {
  const rowsOf = ({ rows }: DatabasePart) => Object.values(rows).reduce((sum, one) => sum + one, 0);
  return [
    ...databases.map(
      (part) => `database ${part.name}: ${rowsOf(part)} rows, ${amount(part.bytes)}`,
    ),
    ...buckets.map(
      ({ name, objects, bytes }) => `bucket ${name}: ${objects} objects, ${amount(bytes)}`,
    ),
  ];
}

const units = ["B", "kB", "MB", "GB"] as const;

/** An amount of data for people. */
export function amount(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
