// Keys of photos in the object store, in the shape that notebooks and the tutorial know. A key is made
// once, when the photo is accepted; afterwards it is read from the outbox item or the row.
import { classFolder } from "@feedback-loop/contract";
import { PHOTO_TYPES, type PhotoType } from "./photo-type";

/** Such as `class_07/6f9619ff-8b86-4d01-b42d-00cf4fc964ff.jpg`. */
export function objectKey(classIndex: number, id: string, type: PhotoType): string {
  return `${classFolder(classIndex)}/${id}.${PHOTO_TYPES[type].extension}`;
}

/** The type that a key made by `objectKey` ends in; undefined for any other key. */
export function photoTypeOfKey(key: string): PhotoType | undefined {
  const types = Object.keys(PHOTO_TYPES) as PhotoType[];
  return types.find((type) => key.endsWith(`.${PHOTO_TYPES[type].extension}`));
}
