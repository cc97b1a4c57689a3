// Food photos to upload: real ones from beside the clone, and drawn ones that come with the model's parity vectors.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { stripMetadata } from "../../app/frontend/photos/metadata";
import { detectPhotoType } from "../../app/frontend/photos/photo-type";
import { root } from "./test-stack";

const realFolder = join(root, "..", "shared", "photos");

/** Path of a real photo. */
export function realPhoto(name: string): string {
  const path = join(realFolder, name);
  if (!existsSync(path))
    throw new Error(`${path} is missing: tests need the real food photos in ${realFolder}`);
  return path;
}

/** Path of a picture from the generator of food-like pictures. */
export const drawnPhoto = (): string => join(root, "app/model/parity/vectors/photo.jpg");

export const allRealPhotos = (): string[] => readdirSync(realFolder).map(realPhoto);

/** What is kept of a photo: all but what is written about it. */
export function withoutMetadata(path: string): Buffer {
  const photo = readFileSync(path);
  return stripMetadata(photo, detectPhotoType(photo)!);
}
