import fc from "fast-check";
import {
  DamagedItem,
  decodeFacts,
  decodeItem,
  encodeItem,
  FACTS_ALLOWANCE_BYTES,
  factsLength,
  HEADER_BYTES,
  type OutboxItem,
} from "./outbox-file";

const probability = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0); // no -0

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
  }),
  photo: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
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
        const facts = file.subarray(HEADER_BYTES, HEADER_BYTES + factsLength(file));
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

  it("is known as damaged wherever it ends too soon", () => {
    fc.assert(
      fc.property(items, fc.nat(), (item, at) => {
        const file = fileOf(item);
        expect(() => decodeItem(file.subarray(0, at % file.length))).toThrow(DamagedItem);
      }),
    );
  });
});
