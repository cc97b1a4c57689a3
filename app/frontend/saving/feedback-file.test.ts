import type { NewFeedback } from "@feedback-loop/database";
import fc from "fast-check";
import { decodeFeedback, encodeFeedback } from "./feedback-file";
import { DamagedItem } from "./sealed-file";
import { exampleItem } from "./testing/example-item";
import { encodeItem } from "./outbox-file";

const pieces: fc.Arbitrary<NewFeedback> = fc.record({
  id: fc.uuid(),
  predictionId: fc.uuid(),
  kind: fc.constantFrom("agree", "flag", "correction"),
  classIndex: fc.option(fc.integer({ min: 0, max: 10 })),
  givenAt: fc.date({ noInvalidDate: true }),
});

const fileOf = (feedback: NewFeedback) => Buffer.concat(encodeFeedback(feedback));

describe("a feedback file", () => {
  it("gives back the feedback that was put in", () => {
    fc.assert(fc.property(pieces, (one) => expect(decodeFeedback(fileOf(one))).toEqual(one)));
  });

  it("is known as damaged whichever byte has changed, and wherever it ends too soon", () => {
    fc.assert(
      fc.property(pieces, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, change) => {
        const file = fileOf(one);
        const place = at % file.length;
        expect(() => decodeFeedback(file.subarray(0, place))).toThrow(DamagedItem);
        file.writeUInt8(file.readUInt8(place) ^ change, place);
        expect(() => decodeFeedback(file)).toThrow(DamagedItem);
      }),
    );
  });

  it("isn't mistaken for a photo", () => {
    expect(() => decodeFeedback(Buffer.concat(encodeItem(exampleItem())))).toThrow(DamagedItem);
  });
});
