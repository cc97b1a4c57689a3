// The tar program of the system is the judge: it reads what is written here, and what it writes is read here.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { NotATar, TarWriter, contentOf, measured, tarEntries } from "./tar";

const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
const folder = mkdtempSync(join(tmpdir(), "tar-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const longName = `buckets/production/${"photo of a very long name ".repeat(9)}.jpg`;
const files: Record<string, Buffer> = {
  "databases/loop.dump": Buffer.alloc(3 * 1024 ** 2 + 7, "rows"),
  "buckets/production/empty": Buffer.alloc(0),
  "buckets/production/one block": Buffer.alloc(512, 1),
  "buckets/production/crème brûlée 🍮.jpg": Buffer.from("photo"),
  [longName]: Buffer.from("another photo"),
  "manifest.json": Buffer.from("{}"),
};

/** Jest takes seconds to compare megabytes. */
const hashes = Object.fromEntries(
  Object.entries(files).map(([name, content]) => [name, sha256(content)]),
);

async function withFile<T>(name: string, flags: string, work: (file: FileHandle) => Promise<T>) {
  const file = await open(join(folder, name), flags);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

async function* inPieces(content: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += 100_000)
    yield await Promise.resolve(content.subarray(at, at + 100_000));
}

const written = (name: string) =>
  withFile(name, "w", async (file) => {
    const writer = new TarWriter(file);
    const contents = [];
    for (const [entry, content] of Object.entries(files))
      contents.push(await writer.add(entry, inPieces(content)));
    await writer.end();
    return contents;
  });

const read = (name: string) =>
  withFile(name, "r", async (file) => {
    const found: Record<string, string> = {};
    for await (const entry of tarEntries(file)) {
      const chunks = [];
      for await (const chunk of contentOf(file, entry)) chunks.push(chunk);
      found[entry.name] = sha256(Buffer.concat(chunks));
    }
    return found;
  });

describe("a tar file", () => {
  it("comes back as it was written, with length and hash of each file", async () => {
    const contents = await written("own.tar");
    expect(await read("own.tar")).toEqual(hashes);
    expect(contents.map(({ bytes }) => bytes)).toEqual(
      Object.values(files).map(({ length }) => length),
    );
    expect(contents[0]).toEqual(await measured(inPieces(files["databases/loop.dump"]!)));
  });

  it("is opened by the system's tar", async () => {
    await written("for-system.tar");
    const target = mkdtempSync(join(folder, "extracted-"));
    execFileSync("tar", ["-xf", join(folder, "for-system.tar"), "-C", target]);
    for (const [name, hash] of Object.entries(hashes))
      expect(sha256(readFileSync(join(target, name)))).toBe(hash);
  });

  it.each(["ustar", "pax"])("of the system is read, in the form %s", async (format) => {
    const source = mkdtempSync(join(folder, "source-"));
    const names = Object.keys(files).filter((name) => format === "pax" || name.length < 100);
    for (const name of names) {
      mkdirSync(dirname(join(source, name)), { recursive: true });
      writeFileSync(join(source, name), files[name]!);
    }
    const archive = `${format}.tar`;
    execFileSync("tar", [`--format=${format}`, "-cf", join(folder, archive), "-C", source, "."]);
    const found = Object.entries(await read(archive)).map(([name, hash]) => [
      name.replace(/^\.\//, ""),
      hash,
    ]);
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(names.map((name) => [name, hashes[name]])),
    );
  });

  it("tells a size that octal digits can't", async () => {
    const bytes = 9 * 1024 ** 3;
    // A hole in a file takes no room, and the system's tar says how long the file inside is.
    await withFile("huge.tar", "w", async (file) => {
      const writer = new TarWriter(file);
      await writer.add("huge", inPieces(Buffer.from("x")));
      const internals = writer as unknown as {
        header(name: string, type: string, size: number): Buffer;
      };
      await file.write(internals.header("huge", "0", bytes), 0, 512, 0);
      await file.truncate(512 + bytes + 1024);
    });
    const listed = execFileSync("tar", ["-tvf", join(folder, "huge.tar")], { encoding: "utf8" });
    expect(listed).toContain(` ${bytes} `);
    const entries = await withFile("huge.tar", "r", async (file) => {
      const found = [];
      for await (const entry of tarEntries(file)) found.push(entry);
      return found;
    });
    expect(entries).toEqual([{ name: "huge", bytes, position: 512 }]);
  });

  it("is refused when it is cut off, or when it is something else", async () => {
    await written("whole.tar");
    const whole = readFileSync(join(folder, "whole.tar"));
    writeFileSync(join(folder, "cut.tar"), whole.subarray(0, whole.length - 2000));
    await expect(read("cut.tar")).rejects.toThrow(NotATar);
    writeFileSync(join(folder, "text.tar"), "no tar at all ".repeat(100));
    await expect(read("text.tar")).rejects.toThrow("a header in it is damaged");
    writeFileSync(join(folder, "empty.tar"), "");
    await expect(read("empty.tar")).rejects.toThrow("ends before its content");
  });
});
