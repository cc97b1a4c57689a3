// The eleven classes of Food-11 in the order that models, tables and object keys number them.
import classes from "./classes.json";

/** Class names; a class's index is its place here. The same file is read by app/model. */
export const FOOD_CLASSES: readonly string[] = classes;

/**
 * Folder of one class in bucket `production` and in data sets: `classFolder(7)` is "class_07".
 * Throws RangeError for an index that isn't a whole number from 0 to 99 (the name has two digits).
 */
export function classFolder(index: number): string {
  if (!Number.isInteger(index) || index < 0 || index > 99) {
    throw new RangeError(`class index ${index}: a whole number from 0 to 99 is needed`);
  }
  return `class_${String(index).padStart(2, "0")}`;
}
