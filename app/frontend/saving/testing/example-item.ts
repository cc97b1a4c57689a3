// An accepted photo for tests of saving.
import { randomUUID } from "node:crypto";
import { objectKey } from "../../photos/object-key";
import type { OutboxItem } from "../outbox-file";

export function exampleItem({ id = randomUUID(), photoBytes = 5000 } = {}): OutboxItem {
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
      predictedAt: new Date("2026-11-24T10:00:00.000Z"),
    },
    photo: Buffer.alloc(photoBytes, id),
  };
}
