// Figures, times and feedback in words that pages share.
import { FOOD_CLASSES, type FeedbackKind } from "@feedback-loop/contract";

export interface TimeText {
  /** ISO 8601. */
  iso: string;
  /** The same for people, in UTC. */
  text: string;
}

export const className = (index: number): string => FOOD_CLASSES[index] ?? `class ${index}`;

/** A probability for people; never "0 %" for what is merely small, nor "100 %" for what isn't certain. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.001) return "< 0.1 %";
  if (probability > 0.999 && probability < 1) return "> 99.9 %";
  return `${(probability * 100).toFixed(1)} %`;
}

export function timeText(time: Date): TimeText {
  const text = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(time);
  return { iso: time.toISOString(), text: `${text} UTC` };
}

/** Stands for the name of the right class in the words about a correction. */
export const CLASS_PLACE = "{class}";

/** What a person hears after giving feedback; the script uses the same words. */
export const THANKS: Record<FeedbackKind, string> = {
  agree: "You said that it is right. Thank you!",
  flag: "You said that it is wrong. Thank you! If you know what it is, tell us below.",
  correction: `You said that it is ${CLASS_PLACE}. Thank you!`,
};

/** The same at a glance, in the history. */
const MARKS: Record<FeedbackKind, string> = {
  agree: "You: right",
  flag: "You: wrong",
  correction: `You: ${CLASS_PLACE}`,
};

interface Said {
  kind: FeedbackKind;
  classIndex: number | null;
}

export const thanksFor = (said: Said): string => inWords(THANKS, said);
export const markOf = (said: Said): string => inWords(MARKS, said);

const inWords = (words: Record<FeedbackKind, string>, { kind, classIndex }: Said): string =>
  words[kind].replace(CLASS_PLACE, classIndex === null ? "" : className(classIndex));
