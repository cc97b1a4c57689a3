// How facts about a prediction are said to people, the same on every page.
import { FOOD_CLASSES } from "@feedback-loop/contract";
import type { NewFeedback } from "@feedback-loop/database";

/** ISO 8601, and the same for people, both in UTC. */
export interface Time {
  iso: string;
  text: string;
}

export function timeOf(time: Date): Time {
  const text = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(time);
  return { iso: time.toISOString(), text: `${text} UTC` };
}

export const classNameOf = (classIndex: number) =>
  FOOD_CLASSES[classIndex] ?? `class ${classIndex}`;

/** A probability for people; never "0 %" for what is merely small, nor "100 %" for what isn't certain. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.001) return "< 0.1 %";
  if (probability > 0.999 && probability < 1) return "> 99.9 %";
  return `${(probability * 100).toFixed(1)} %`;
}

/** What the uploader said, as the end of "You said: …". */
export function saidBy({ kind, classIndex }: Pick<NewFeedback, "kind" | "classIndex">): string {
  switch (kind) {
    case "agree":
      return "that’s right";
    case "flag":
      return "that’s wrong";
    case "correction":
      return `it is ${classNameOf(classIndex ?? -1)}`;
  }
}
