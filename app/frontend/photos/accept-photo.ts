// What happens to an uploaded photo: it is looked at, then kept safely, then answered for. Saving it
// in the stores comes later and isn't waited for.
import { randomUUID } from "node:crypto";
import { FOOD_CLASSES, type Prediction } from "@feedback-loop/contract";
import type { NewPrediction } from "@feedback-loop/database";
import type { Inference } from "../inference-client";
import { NoPhoto, UnsupportedPhoto } from "../problems";
import type { Outbox } from "../saving/outbox";
import type { Saver } from "../saving/saver";
import { objectKey } from "./object-key";
import { detectPhotoType, PHOTO_TYPES, type PhotoType } from "./photo-type";

export interface Acceptance {
  inference: Pick<Inference, "predict">;
  outbox: Pick<Outbox, "withRoomFor" | "put">;
  saver: Pick<Saver, "arrived">;
}

/**
 * The prediction for a photo that is now in the outbox. Throws NoPhoto, UnsupportedPhoto, OutboxFull,
 * PhotoRefused or InferenceUnavailable; then nothing of the photo is kept.
 */
export async function acceptPhoto(
  { inference, outbox, saver }: Acceptance,
  photo: Buffer,
): Promise<NewPrediction> {
  if (photo.length === 0) throw new NoPhoto();
  const type = detectPhotoType(photo);
  if (type === undefined) throw new UnsupportedPhoto();
  return outbox.withRoomFor(photo.length, async () => {
    const answer = await inference.predict(photo, PHOTO_TYPES[type].mediaType);
    const prediction = factsOf(answer, type, randomUUID(), new Date());
    await outbox.put({ prediction, photo });
    saver.arrived(prediction.id);
    return prediction;
  });
}

/** The facts about a photo that the inference API has just answered for. */
export function factsOf(
  { classIndex, probability, probabilities, modelVersion }: Prediction,
  type: PhotoType,
  id: string,
  predictedAt: Date,
): NewPrediction {
  return {
    id,
    objectKey: objectKey(classIndex, id, type),
    classIndex,
    probability,
    probabilities: FOOD_CLASSES.map((name) => probabilities[name] ?? 0),
    modelVersion,
    variant: "production",
    predictedAt,
  };
}
