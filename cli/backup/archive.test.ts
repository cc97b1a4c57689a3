import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type IncomingObject, addBucket, addManifest, withArchive, writeArchive } from "./archive";
import { type Manifest, amount, described, partName, readManifest } from "./manifest";
import type { TarWriter } from "./tar";

const folder = mkdtempSync(join(tmpdir(), "archive-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function* once(content: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(content));
}

async function* photos(): AsyncGenerator<IncomingObject> {
  for (const key of ["class_03/egg.jpg", "class_10/crème.jpg"])
    yield await Promise.resolve({
      key,
      headers: { "content-type": "image/jpeg" },
      content: once(`photo ${key}`),
    });
}

const facts = {
  format: 1,
  stack: "local",
  takenAt: "2026-11-28T12:00:00.000Z",
  postgresql: "17.12",
  images: {},
};

async function writeBackup(tar: TarWriter): Promise<Manifest> {
  const dump = await tar.add(partName.database("loop"), once("rows"));
  const bucket = await addBucket(tar, "production", photos(), () => undefined);
  const manifest = {
    ...facts,
    databases: [{ name: "loop", rows: { "public.predictions": 2 }, ...dump }],
    buckets: [bucket],
  };
  await addManifest(tar, manifest);
  return manifest;
}

async function backup(name: string): Promise<{ path: string; manifest: Manifest }> {
  const path = join(folder, name);
  return { path, manifest: await writeArchive(path, writeBackup) };
}

describe("a backup's file", () => {
  it("comes back as it was written, and only its owner may read it", async () => {
    const { path, manifest } = await backup("whole.tar");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await withArchive(path, async (archive) => {
      expect(archive.manifest).toEqual(manifest);
      expect(archive.indexes.get("production")).toMatchObject([
        { key: "class_03/egg.jpg", bytes: 22, headers: { "content-type": "image/jpeg" } },
        { key: "class_10/crème.jpg" },
      ]);
      const chunks = [];
      for await (const chunk of archive.content("databases/loop.dump")) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe("rows");
    });
  });

  it("leaves nothing when it can't be finished, and never takes the place of another", async () => {
    const path = join(folder, "failed.tar");
    const failing = writeArchive(path, async (tar) => {
      await tar.add("databases/loop.dump", once("rows"));
      throw new Error("the database is gone");
    });
    await expect(failing).rejects.toThrow("the database is gone");
    expect(readdirSync(folder).filter((name) => name.startsWith("failed"))).toEqual([]);
    writeFileSync(path, "mine");
    await expect(writeArchive(path, writeBackup)).rejects.toThrow("is there already");
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it.each([
    ["a photo", "photo class_03/egg.jpg", "PHOTO class_03/egg.jpg"],
    ["rows", "rows", "ROWS"],
    ["an index", '"content-type":"image/jpeg"', '"content-type":"image/webp"'],
    ["the manifest's hashes", '"sha256": "', '"sha256": "0'],
  ])("is refused when one byte of %s is another", async (what, from, to) => {
    const { path } = await backup(`${what}.tar`);
    const text = readFileSync(path, "latin1");
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to), "latin1");
    await expect(withArchive(path, () => Promise.resolve())).rejects.toThrow(
      /isn't a whole backup: .*Nothing was changed/,
    );
  });

  it("is refused when its end is missing", async () => {
    const { path } = await backup("cut.tar");
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 2048));
    await expect(withArchive(path, () => Promise.resolve())).rejects.toThrow(
      "isn't a whole backup",
    );
  });

  it("is refused when it isn't there", async () => {
    await expect(withArchive(join(folder, "none"), () => Promise.resolve())).rejects.toThrow(
      "can't be read",
    );
  });
});

describe("a manifest", () => {
  it("of a later revision is refused, with what to do", () => {
    const later = JSON.stringify({
      ...facts,
      format: 2,
      revision: "abc",
      databases: [],
      buckets: [],
    });
    expect(() => readManifest(later)).toThrow(/form 2, and this revision reads up to 1.*abc/);
    expect(() => readManifest("{}")).toThrow("isn't that of a backup");
    expect(() => readManifest("{")).toThrow("isn't JSON");
  });

  it("is told to people in their units", async () => {
    const { manifest } = await backup("told.tar");
    expect(described(manifest)).toEqual([
      "database loop: 2 rows, 4 B",
      "bucket production: 2 objects, 47 B",
    ]);
    expect(amount(999)).toBe("999 B");
    expect(amount(1_234_567)).toBe("1.2 MB");
    expect(amount(5e12)).toBe("5000.0 GB");
  });
});
