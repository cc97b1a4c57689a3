// What happens to an uploaded photo: what it tells beside the picture is taken out, it is looked at,
// then kept safely, then answered for. Saving it in the stores comes later and isn't waited for.
import { randomUUID } from "node:crypto";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import type { NewPrediction } from "@feedback-loop/database";
import type { Inference, PhotoAnswer } from "../inference-client";
import { UnsupportedPhoto } from "../problems";
import type { Outbox } from "../saving/outbox";
import type { Saver } from "../saving/saver";
import { stripMetadata } from "./metadata";
import { objectKey } from "./object-key";
import { detectPhotoType, PHOTO_TYPES, type PhotoType } from "./photo-type";

export interface Acceptance {
  inference: Pick<Inference, "predict">;
  outbox: Pick<Outbox, "withRoomFor" | "put">;
  saver: Pick<Saver, "arrived">;
}

/** Where a photo comes from. */
export interface Origin {
  sessionId: string;
  source: NewPrediction["source"];
  /** Aborted when nobody waits for the answer any more. */
  gone: AbortSignal;
}

/**
 * The prediction for a photo that is now in the outbox. Throws UnsupportedPhoto, DamagedPhoto,
 * OutboxFull or what Inference.predict throws; then nothing of the photo is kept.
 */
export async function acceptPhoto(
  { inference, outbox, saver }: Acceptance,
  uploaded: Buffer,
  { gone, ...origin }: Origin,
): Promise<NewPrediction> {
  const type = detectPhotoType(uploaded);
  if (type === undefined) throw new UnsupportedPhoto();
  // What is looked at is what is kept, byte for byte.
  const photo = stripMetadata(uploaded, type);
  return outbox.withRoomFor(photo.length, async () => {
    const answer = await inference.predict(photo, PHOTO_TYPES[type].mediaType, gone);
    const prediction = { ...factsOf(answer, type, randomUUID(), new Date()), ...origin };
    await outbox.put({ prediction, photo });
    saver.arrived(prediction.id);
    return prediction;
  });
}

/** The facts about a photo that the inference API has just answered for. */
function factsOf(answer: PhotoAnswer, type: PhotoType, id: string, predictedAt: Date) {
  const { classIndex, probability, probabilities, modelVersion, embedding } = answer;
  return {
    id,
    objectKey: objectKey(classIndex, id, type),
    classIndex,
    probability,
    probabilities: FOOD_CLASSES.map((name) => probabilities[name] ?? 0),
    modelVersion,
    variant: "production",
    predictedAt,
    embedding,
  };
}
