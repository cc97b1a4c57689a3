// Downloads that are checked against a published checksum file before anything uses them.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CommandError } from "../command";

/** A download that isn't what was published; never to be got around by another way to get it. */
export class WrongChecksum extends CommandError {
  override readonly name = "WrongChecksum";
}

export interface Download {
  url: string;
  /** A file of lines `HASH  NAME`, as sha256sum and sha512sum print them. */
  checksumsUrl: string;
  /** Waits no longer for an answer. */
  connectTimeoutSeconds: number;
  /** Waits no longer for the whole file. */
  timeoutSeconds: number;
}

/** Fetches a file and checks it; rejects with `WrongChecksum` or with what the network said. */
export async function download(file: string, what: Download): Promise<void> {
  const { url, checksumsUrl, connectTimeoutSeconds, timeoutSeconds } = what;
  const name = url.split("/").at(-1)!;
  const checksums = await fetchWithin(checksumsUrl, connectTimeoutSeconds, timeoutSeconds);
  const expected = checksumOf(name, await checksums.text());
  if (!expected) throw new WrongChecksum(`${checksumsUrl} has no checksum for ${name}`);
  const { body } = await fetchWithin(url, connectTimeoutSeconds, timeoutSeconds);
  if (!body) throw new Error(`${url} is empty`);
  await pipeline(Readable.fromWeb(body), createWriteStream(file));
  const actual = createHash(expected.algorithm)
    .update(await readFile(file))
    .digest("hex");
  if (actual !== expected.hex)
    throw new WrongChecksum(
      `${url} has ${expected.algorithm} ${actual}, published is ${expected.hex}`,
    );
}

const algorithms: Record<number, string> = { 64: "sha256", 128: "sha512" };

/** A name's entry in a checksum file; the length of the hash tells which one it is. */
export function checksumOf(name: string, checksums: string) {
  for (const line of checksums.split("\n")) {
    const [hex = "", entry = ""] = line.trim().split(/\s+\*?/);
    const algorithm = algorithms[hex.length];
    if (entry === name && algorithm && /^[0-9a-f]+$/i.test(hex))
      return { algorithm, hex: hex.toLowerCase() };
  }
  return undefined;
}

async function fetchWithin(url: string, connectSeconds: number, wholeSeconds: number) {
  const tooSlow = new AbortController();
  const connecting = setTimeout(() => tooSlow.abort(), connectSeconds * 1000);
  const signal = AbortSignal.any([tooSlow.signal, AbortSignal.timeout(wholeSeconds * 1000)]);
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    return response;
  } finally {
    clearTimeout(connecting);
  }
}
