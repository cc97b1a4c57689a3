import fc from "fast-check";
import {
  decodeFacts,
  decodeItem,
  encodeItem,
  FACTS_ALLOWANCE_BYTES,
  itemFactsLength,
  type OutboxItem,
} from "./outbox-file";
import { DamagedItem, HEADER_BYTES } from "./sealed-file";

const probability = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0); // no -0

const bytes = (maxLength: number) =>
  fc.uint8Array({ maxLength, size: "max" }).map((array) => Buffer.from(array));

const items: fc.Arbitrary<OutboxItem> = fc.record({
  prediction: fc.record({
    id: fc.uuid(),
    objectKey: fc.string(),
    classIndex: fc.integer({ min: 0, max: 10 }),
    probability,
    probabilities: fc.array(probability, { minLength: 11, maxLength: 11 }),
    modelVersion: fc.string({ unit: "binary", maxLength: 100 }),
    variant: fc.constantFrom("production", "canary"),
    predictedAt: fc.date({ noInvalidDate: true }),
    sessionId: fc.option(fc.uuid()),
    source: fc.constantFrom("upload", "sample"),
    embedding: fc.option(bytes(4096)), // 2048 numbers
  }),
  photo: bytes(500),
});

const fileOf = (item: OutboxItem) => Buffer.concat(encodeItem(item));

describe("an outbox file", () => {
  it("gives back the item that was put in", () => {
    fc.assert(fc.property(items, (item) => expect(decodeItem(fileOf(item))).toEqual(item)));
  });

  it("gives the facts without the photo", () => {
    fc.assert(
      fc.property(items, (item) => {
        const file = fileOf(item);
        const facts = file.subarray(HEADER_BYTES, HEADER_BYTES + itemFactsLength(file));
        expect(decodeFacts(facts)).toEqual(item.prediction);
      }),
    );
  });

  it("takes no more room beside the photo than is held for it", () => {
    fc.assert(
      fc.property(items, (item) => {
        expect(fileOf(item).length - item.photo.length).toBeLessThan(FACTS_ALLOWANCE_BYTES);
      }),
    );
  });

  it("is known as damaged whichever byte has changed", () => {
    fc.assert(
      fc.property(items, fc.nat(), fc.integer({ min: 1, max: 255 }), (item, at, change) => {
        const file = fileOf(item);
        const place = at % file.length;
        file.writeUInt8(file.readUInt8(place) ^ change, place);
        expect(() => decodeItem(file)).toThrow(DamagedItem);
      }),
    );
  });

  it("isn't believed about facts that would fill the memory", () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 2 ** 20 + 1, max: 2 ** 32 - 1 }), (item, length) => {
        const file = fileOf(item);
        file.writeUInt32BE(length, 8);
        expect(() => itemFactsLength(file)).toThrow(DamagedItem);
      }),
    );
  });

  it("is known as damaged wherever it ends too soon", () => {
    fc.assert(
      fc.property(items, fc.nat(), (item, at) => {
        const file = fileOf(item);
        expect(() => decodeItem(file.subarray(0, at % file.length))).toThrow(DamagedItem);
      }),
    );
  });
});

/** What the service wrote before it knew sessions, samples and embeddings (its commit e5c5cce). */
const EARLIER =
  "RkxPVVRCWDEAAAE0MRzwWbgTk6v0VObMI+4lETeaRxUojegB5Vq0vO8/nBJ7ImlkIjoiNmY5NjE5ZmYtOGI4Ni00ZDAxLWI0" +
  "MmQtMDBjZjRmYzk2NGZmIiwib2JqZWN0S2V5IjoiY2xhc3NfMDMvNmY5NjE5ZmYtOGI4Ni00ZDAxLWI0MmQtMDBjZjRmYzk2" +
  "NGZmLmpwZyIsImNsYXNzSW5kZXgiOjMsInByb2JhYmlsaXR5IjowLjksInByb2JhYmlsaXRpZXMiOlswLjAxLDAuMDEsMC4w" +
  "MSwwLjksMC4wMSwwLjAxLDAuMDEsMC4wMSwwLjAxLDAuMDEsMC4wMV0sIm1vZGVsVmVyc2lvbiI6IjAxMjM0NTY3ODlhYiIs" +
  "InZhcmlhbnQiOiJwcm9kdWN0aW9uIiwicHJlZGljdGVkQXQiOiIyMDI2LTExLTI0VDEwOjAwOjAwLjAwMFoifXBob3Rv";

it("a file of an earlier version is read as what it meant then", () => {
  const id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
  expect(decodeItem(Buffer.from(EARLIER, "base64"))).toEqual({
    prediction: {
      id,
      objectKey: `class_03/${id}.jpg`,
      classIndex: 3,
      probability: 0.9,
      probabilities: [0.01, 0.01, 0.01, 0.9, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01],
      modelVersion: "0123456789ab",
      variant: "production",
      predictedAt: new Date("2026-11-24T10:00:00.000Z"),
      sessionId: null,
      source: "upload",
      embedding: null,
    },
    photo: Buffer.from("photo"),
  });
});
