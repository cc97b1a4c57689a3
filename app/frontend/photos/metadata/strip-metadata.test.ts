// Made pictures of every kind, real photos, and what was done to them by hand. What a picture shows is
// compared pixel by pixel, after sharp has turned it.
import fc from "fast-check";
import sharp from "sharp";
import type { PhotoType } from "../photo-type";
import { DamagedPhoto, stripMetadata } from "./index";
import { pictures, pixelsOf, plain, realPhoto, SECRET, withRestarts } from "./testing/pictures";

const latin1 = (text: string) => Buffer.from(text, "latin1");

describe.each(pictures)("$name", ({ type, make }) => {
  let photo: Buffer;
  let stripped: Buffer;
  beforeAll(async () => {
    photo = await make();
    stripped = stripMetadata(photo, type);
  });

  it("carries what must go", async () => {
    const { exif, xmp, orientation } = await sharp(photo).metadata();
    expect(photo.includes(SECRET)).toBe(true);
    expect(exif?.includes(GPS_DIRECTORY)).toBe(true);
    expect(xmp).toBeDefined();
    expect(orientation).toBe(6);
  });

  it("has lost position, owner and comments", async () => {
    const { exif, xmp, iptc, comments } = await sharp(stripped).metadata();
    expect(stripped.includes(SECRET)).toBe(false);
    expect(exif?.includes(GPS_DIRECTORY)).toBe(false);
    expect(exif!.length).toBeLessThanOrEqual(32);
    expect([xmp, iptc, comments]).toEqual([undefined, undefined, undefined]);
  });

  it("looks as before", async () => {
    const [before, after] = [await sharp(photo).metadata(), await sharp(stripped).metadata()];
    expect(after).toMatchObject({
      orientation: 6,
      width: before.width,
      height: before.height,
      space: before.space,
      depth: before.depth,
      hasAlpha: before.hasAlpha,
      icc: before.icc,
    });
    expect((await pixelsOf(stripped)).equals(await pixelsOf(photo))).toBe(true);
  });

  it("is left alone the second time", () => {
    expect(stripMetadata(stripped, type) === stripped).toBe(true);
  });

  it("has lost what was appended to it", () => {
    const withTail = Buffer.concat([photo, latin1("PK\x03\x04"), photo]);
    expect(stripMetadata(withTail, type).equals(stripped)).toBe(true);
  });

  it("is refused wherever it ends too soon", () => {
    // All lengths of small files; of a file with a large profile, the last ones and some.
    const step = Math.ceil(stripped.length / 1000);
    for (let cut = 1; cut <= stripped.length; cut += cut < 500 ? 1 : step) {
      const short = stripped.subarray(0, stripped.length - cut);
      expect(() => stripMetadata(short, type)).toThrow(DamagedPhoto);
    }
  });

  it("ends in a picture or a refusal, whichever bytes are changed", () => {
    const change = fc.tuple(fc.nat(photo.length - 1), fc.nat(255));
    const changes = fc.array(change, { minLength: 1, maxLength: 20 });
    const length = fc.oneof(fc.constant(photo.length), fc.nat(photo.length));
    fc.assert(
      fc.property(changes, length, (places, end) => {
        const changed = Buffer.from(photo);
        for (const [at, value] of places) changed[at] = value;
        endsWell(changed.subarray(0, end), type);
      }),
      { numRuns: 300 },
    );
  });
});

describe("an upright picture without anything to hide", () => {
  it.each<PhotoType>(["jpeg", "png", "webp"])("stays the same buffer as %s", async (type) => {
    const photo = await plain().toFormat(type).toBuffer();
    expect(stripMetadata(photo, type) === photo).toBe(true);
  });

  it.each<PhotoType>(["jpeg", "png", "webp"])("isn't copied for its tail as %s", async (type) => {
    const photo = await plain().toFormat(type).toBuffer();
    const stripped = stripMetadata(Buffer.concat([photo, Buffer.alloc(1000)]), type);
    expect(stripped.equals(photo)).toBe(true);
    expect(stripped.buffer.byteLength).toBeGreaterThanOrEqual(photo.length + 1000);
  });
});

describe.each([
  "food11_10_36.jpg",
  "food11_1_298.jpg",
  "food11_3_411.jpg",
  "food11_4_671.jpg",
  "food11_8_4.jpg",
  "lowconfidence_vege.jpg",
  "userfeedback_egg.jpg",
  "userfeedback_ravioli.jpg",
])("the real photo %s", (name) => {
  it("looks as before, and is left alone the second time", async () => {
    const photo = realPhoto(name);
    const stripped = stripMetadata(photo, "jpeg");
    expect((await pixelsOf(stripped)).equals(await pixelsOf(photo))).toBe(true);
    expect(stripMetadata(stripped, "jpeg") === stripped).toBe(true);
    const { exif, xmp, iptc } = await sharp(stripped).metadata();
    expect([exif, xmp, iptc]).toEqual([undefined, undefined, undefined]);
  });
});

describe("every orientation", () => {
  it.each(
    (["jpeg", "png", "webp"] as const).flatMap((type) =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => [type, orientation] as const),
    ),
  )("is kept in %s: %i", async (type, orientation) => {
    const photo = await plain().withMetadata({ orientation }).toFormat(type).toBuffer();
    const stripped = stripMetadata(photo, type);
    const { orientation: left = 1 } = await sharp(stripped).metadata();
    expect(left).toBe(orientation);
    expect((await pixelsOf(stripped)).equals(await pixelsOf(photo))).toBe(true);
  });
});

describe("arbitrary bytes", () => {
  const begins: Record<PhotoType, Buffer> = {
    jpeg: latin1("\xff\xd8\xff"),
    png: latin1("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    webp: latin1("RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x08"),
  };
  it.each<PhotoType>(["jpeg", "png", "webp"])("end in a picture or a refusal as %s", (type) => {
    const ends = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(fc.boolean(), ends, (isBegun, end) => {
        endsWell(isBegun ? Buffer.concat([begins[type], end]) : end, type);
      }),
      { numRuns: 2000 },
    );
  });
});

it("JPEG with restart markers and fill bytes keeps its pixels", async () => {
  const photo = withRestarts();
  expect(photo.includes(latin1("\xff\xd1"))).toBe(true);
  expect(stripMetadata(photo, "jpeg") === photo).toBe(true);
  // T.81, B.1.1.2: any marker may have fill bytes before it, restarts too.
  const filled = Buffer.from(
    photo.toString("latin1").replaceAll(/\xff([\xd1\xd9\xdb])/g, "\xff\xff\xff$1"),
    "latin1",
  );
  const stripped = stripMetadata(filled, "jpeg");
  expect(stripped.length).toBeLessThan(filled.length);
  expect((await pixelsOf(stripped)).equals(await pixelsOf(photo))).toBe(true);
});

it.each<[PhotoType, string, string]>([
  ["jpeg", "\xff\xd8", "\xff\xfe\0\x02"],
  ["png", "\x89PNG\r\n\x1a\n\0\0\0\0IHDRcsum", "\0\0\0\0tEXtcsum"],
  ["webp", "RIFF\0\0\x08\0WEBP", "what\0\0\0\0"],
])("%s of a great many empty parts is refused", (type, begin, part) => {
  const photo = latin1(begin + part.repeat(100_000));
  expect(() => stripMetadata(photo, type)).toThrow("more parts than a picture has");
});

/** A result is a whole picture again, and nothing is thrown but DamagedPhoto. */
function endsWell(photo: Buffer, type: PhotoType): void {
  try {
    const stripped = stripMetadata(photo, type);
    expect(stripped.length).toBeLessThanOrEqual(photo.length + 64);
    expect(stripMetadata(stripped, type).equals(stripped)).toBe(true);
  } catch (error) {
    if (!(error instanceof DamagedPhoto)) throw error;
  }
}

/** Tag of the pointer to the GPS directory, in the byte order in which sharp writes it (Exif 2.32, 4.6.3). */
const GPS_DIRECTORY = Buffer.from([0x25, 0x88, 0x04, 0x00]);
