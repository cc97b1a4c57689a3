// The real thing: worker threads with onnxruntime and sharp, the built model, real and broken photos.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getFloat16 } from "@petamoriken/float16";
import sharp from "sharp";
import { CallerGone, QueueFull, TooManyPixels, UnreadablePhoto } from "../errors";
import { ModelRefused } from "../model/errors";
import { realModel, realPhoto } from "../testing/material";
import { egg, pngDeclaring, SVG } from "../testing/pictures";
import { Classifier } from "./classifier";

const model = realModel();
const options = { workers: 2, maxWaiting: 64, onWorkerLost: () => undefined };
const photoNames = [
  "food11_10_36.jpg",
  "food11_1_298.jpg",
  "food11_3_411.jpg",
  "food11_4_671.jpg",
  "food11_8_4.jpg",
  "lowconfidence_vege.jpg",
  "userfeedback_egg.jpg",
  "userfeedback_ravioli.jpg",
];

let classifier: Classifier;
beforeAll(async () => {
  classifier = await Classifier.start(model, options);
}, 30_000);
afterAll(() => classifier.close());

async function topOf(photo: Buffer) {
  const { prediction } = await classifier.classify(photo);
  return { name: prediction.prediction, probability: prediction.probability };
}

describe("a photo", () => {
  it.each(photoNames)(
    "%s gets a class of the model and probabilities that add up",
    async (name) => {
      const { prediction, decodeSeconds, inferenceSeconds } = await classifier.classify(
        realPhoto(name),
      );
      expect(Object.keys(prediction.probabilities)).toEqual(model.description.classes);
      const total = Object.values(prediction.probabilities).reduce((sum, part) => sum + part, 0);
      expect(total).toBeCloseTo(1, 9);
      expect(prediction.prediction).toBe(model.description.classes[prediction.classIndex]);
      expect(prediction.probability).toBe(prediction.probabilities[prediction.prediction]);
      expect(prediction.modelVersion).toBe(model.description.version);
      expect(decodeSeconds).toBeGreaterThan(0);
      expect(inferenceSeconds).toBeGreaterThan(0);
    },
  );

  it("gives the same answer every time, whichever worker it meets", async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, async () => (await classifier.classify(egg())).prediction),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it("is moved to the worker and not copied", async () => {
    const photo = egg();
    const bytes = new Uint8Array(photo); // a buffer of its own
    await classifier.classify(bytes);
    expect(bytes.byteLength).toBe(0);
  });

  it("of a shared buffer leaves the buffer's other bytes alone", async () => {
    const tiny = await sharp({ create: { width: 2, height: 2, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const shared = Buffer.concat([Buffer.from("before"), tiny, Buffer.from("after")]);
    await classifier.classify(shared.subarray(6, 6 + tiny.length));
    expect(shared.toString("latin1", 0, 6)).toBe("before");
  });
});

describe("the embedding", () => {
  it("comes when it is wanted: float16, little-endian, the same for the same photo", async () => {
    const wanted = { wantsEmbedding: true };
    const answers = [
      await classifier.classify(egg(), wanted),
      await classifier.classify(egg(), wanted),
      await classifier.classify(realPhoto("food11_10_36.jpg"), wanted),
    ];
    const [first, again, other] = answers.map(({ prediction }) => prediction.embedding ?? "");
    const bytes = Buffer.from(first ?? "", "base64");
    expect(bytes).toHaveLength(1280 * 2); // what EfficientNet-Lite0 has before its head
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const values = Array.from({ length: 1280 }, (_, index) => getFloat16(view, index * 2, true));
    expect(values.every(Number.isFinite)).toBe(true);
    expect(Math.max(...values)).toBeGreaterThan(0.1);
    expect(Math.min(...values)).toBe(0); // after ReLU6 and a mean
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it("doesn't come otherwise", async () => {
    expect((await classifier.classify(egg())).prediction).not.toHaveProperty("embedding");
  });
});

describe("a caller who has hung up", () => {
  it("is rejected, and his photo isn't classified", async () => {
    const gone = classifier.classify(egg(), { signal: AbortSignal.abort() });
    await expect(gone).rejects.toThrow(CallerGone);
    expect([classifier.waiting, classifier.running]).toEqual([0, 0]);
  });
});

describe("the same picture in another form", () => {
  const square = () => sharp(egg()).resize(224, 224);

  it("has nearly the same probability as PNG, WebP, palette, 16 bit and with opaque alpha", async () => {
    const expected = await topOf(await square().png().toBuffer());
    const forms = await Promise.all([
      square().webp({ lossless: true }).toBuffer(),
      square().toColourspace("rgb16").png().toBuffer(),
      square().ensureAlpha().png().toBuffer(),
      square().png({ progressive: true }).toBuffer(),
    ]);
    for (const form of forms) {
      const { name, probability } = await topOf(form);
      expect(name).toBe(expected.name);
      expect(Math.abs(probability - expected.probability)).toBeLessThan(0.01);
    }
  });

  it("is the same in grey with one channel as with three", async () => {
    const grey = square().greyscale();
    const one = await grey.clone().toColourspace("b-w").png().toBuffer();
    const three = await grey.clone().toColourspace("srgb").png().toBuffer();
    expect((await sharp(one).metadata()).channels).toBe(1);
    expect(await topOf(one)).toEqual(await topOf(three));
  });

  it("is turned as EXIF says", async () => {
    const upright = await topOf(await square().png().toBuffer());
    const turned = await square().rotate(270).png().toBuffer();
    const tagged = await sharp(turned).withMetadata({ orientation: 6 }).png().toBuffer();
    expect(await topOf(tagged)).toEqual(upright);
    expect(await topOf(turned)).not.toEqual(upright);
  });

  it("lies on the transform's background where it is transparent", async () => {
    const picture = (channels: 3 | 4, background: sharp.Color) =>
      sharp({ create: { width: 50, height: 50, channels, background } })
        .png()
        .toBuffer();
    const clear = await picture(4, { r: 0, g: 0, b: 0, alpha: 0 });
    const white = await picture(3, { r: 255, g: 255, b: 255 });
    expect(await topOf(clear)).toEqual(await topOf(white));
  });

  it("is readable as CMYK and as the first frame of an animation", async () => {
    const cmyk = await square().toColourspace("cmyk").jpeg().toBuffer();
    expect((await sharp(cmyk).metadata()).channels).toBe(4);
    await expect(topOf(cmyk)).resolves.toHaveProperty("name");
    const frames = [egg(), realPhoto("food11_10_36.jpg")].map((photo) =>
      sharp(photo).resize(224, 224).png().toBuffer(),
    );
    const animation = await sharp(await Promise.all(frames), { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    expect((await sharp(animation).metadata()).pages).toBe(2);
    const still = await topOf(await square().png().toBuffer());
    expect((await topOf(animation)).probability).toBeCloseTo(still.probability, 2);
  });
});

describe("what isn't a photo", () => {
  const broken: [string, () => Buffer | Promise<Buffer>][] = [
    ["a text", () => Buffer.from("Two eggs, sunny side up")],
    ["no bytes", () => Buffer.alloc(0)],
    ["a JPEG's first 200 bytes", () => egg().subarray(0, 200)],
    ["half a JPEG", () => egg().subarray(0, egg().length / 2)],
    ["a JPEG without its last tenth", () => egg().subarray(0, egg().length * 0.9)],
    ["half a PNG", async () => cutInHalf(await sharp(egg()).png().toBuffer())],
    ["half a WebP", async () => cutInHalf(await sharp(egg()).webp().toBuffer())],
    ["an SVG", () => Buffer.from(SVG)],
    ["a GIF", () => sharp(egg()).gif().toBuffer()],
    ["a TIFF", () => sharp(egg()).tiff().toBuffer()],
  ];

  it.each(broken)("is refused: %s", async (_, make) => {
    const refused = classifier.classify(await make());
    await expect(refused).rejects.toThrow(UnreadablePhoto);
  });

  it("is refused by its header if it declares 30,000 × 30,000 pixels", async () => {
    const refused = classifier.classify(pngDeclaring(30_000, 30_000));
    await expect(refused).rejects.toThrow(TooManyPixels);
    await expect(refused).rejects.toThrow("30000 × 30000 pixels; allowed are 50 megapixels");
  });

  it("doesn't disturb the photo that comes next", async () => {
    const before = await topOf(egg());
    await classifier.classify(Buffer.from("nonsense")).catch(() => undefined);
    expect(await topOf(egg())).toEqual(before);
  });
});

describe("the queue", () => {
  it("turns away what exceeds it and answers what it took", async () => {
    const small = await Classifier.start(model, { ...options, workers: 1, maxWaiting: 2 });
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => small.classify(egg())),
    );
    await small.close();
    const rejected = results.filter((result) => result.status === "rejected");
    expect(rejected).toHaveLength(5); // one with the worker, two waiting
    for (const { reason } of rejected) expect(reason).toBeInstanceOf(QueueFull);
  });

  it("is answered before the workers end", async () => {
    const closing = await Classifier.start(model, { ...options, workers: 1 });
    const accepted = Array.from({ length: 5 }, () => closing.classify(egg()));
    const [, ...answers] = await Promise.all([closing.close(), ...accepted]);
    expect(answers).toHaveLength(5);
  });
});

describe("a worker that dies", () => {
  it("is replaced, and the photos after it are answered", async () => {
    const lone = await Classifier.start(model, { ...options, workers: 1 });
    const threads = () => lone["workers"]["pool"].threads; // no photo can kill a worker on purpose
    const [thread] = threads();
    await thread?.terminate();
    await expect(lone.classify(egg())).resolves.toHaveProperty("prediction");
    expect(threads()[0]?.threadId).not.toBe(thread?.threadId);
    await lone.close();
  });
});

describe("a model", () => {
  const folder = mkdtempSync(join(tmpdir(), "classifier-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is refused if onnxruntime can't load it", async () => {
    const path = join(folder, "broken.onnx");
    writeFileSync(path, "not a graph");
    const start = Classifier.start({ ...model, path }, options);
    await expect(start).rejects.toThrow(ModelRefused);
    await expect(start).rejects.toThrow(/failed its self-test: .*broken\.onnx/);
  });

  it("is refused if it answers with another number of classes than it declares", async () => {
    const description = { ...model.description, classes: ["Bread", "Egg"] };
    const start = Classifier.start({ ...model, description }, options);
    await expect(start).rejects.toThrow("it answers with 11 values for 2 classes");
  });

  it("is refused if its input has another size than its transform makes", async () => {
    const transform = { ...model.description.transform, size: 32 };
    const start = Classifier.start(
      { ...model, description: { ...model.description, transform } },
      options,
    );
    await expect(start).rejects.toThrow(ModelRefused);
  });
});

function cutInHalf(picture: Buffer): Buffer {
  return picture.subarray(0, picture.length / 2);
}
