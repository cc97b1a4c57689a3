// An accepted photo, and feedback about it, for tests of saving.
import { randomUUID } from "node:crypto";
import type { NewFeedback } from "@feedback-loop/database";
import { objectKey } from "../../photos/object-key";
import type { OutboxItem } from "../outbox-file";

export function exampleItem({
  id = randomUUID(),
  photoBytes = 5000,
  sessionId = randomUUID(),
  predictedAt = new Date("2026-11-24T10:00:00.000Z"),
} = {}): OutboxItem {
  const probabilities = Array.from({ length: 11 }, (_, index) => (index === 3 ? 0.9 : 0.01));
  return {
    prediction: {
      id,
      objectKey: objectKey(3, id, "jpeg"),
      classIndex: 3,
      probability: 0.9,
      probabilities,
      modelVersion: "0123456789ab",
      variant: "production",
      predictedAt,
      sessionId,
      source: "upload",
      embedding: Buffer.from("003c00400042", "hex"), // 1, 2 and 3 in half precision
    },
    photo: Buffer.alloc(photoBytes, id),
  };
}

export function exampleFeedback(
  predictionId: string,
  { id = randomUUID(), givenAt = new Date("2026-11-24T10:01:00.000Z") } = {},
): NewFeedback {
  return { id, predictionId, kind: "correction", classIndex: 7, givenAt };
}
