// What an uploader chose, read from a form or from JSON. Pure: the same rules for both, and for tests.
import { FeedbackKind, FOOD_CLASSES } from "@feedback-loop/contract";
import { Value } from "@sinclair/typebox/value";
import { WrongFeedback } from "../problems";

export interface FeedbackChoice {
  kind: FeedbackKind;
  /** The right class with a correction, else null. */
  classIndex: number | null;
}

const KINDS = FeedbackKind.anyOf.map((kind) => kind.const);
const LAST_CLASS = FOOD_CLASSES.length - 1;
const ALLOWED_CLASSES =
  `a whole number from 0 to ${LAST_CLASS} ` +
  `(${FOOD_CLASSES.map((name, index) => `${index} ${name}`).join(", ")})`;

/**
 * From the form's fields `kind` and `class`. A list of classes stands in the form whatever the kind, so
 * without a correction its choice means nothing. Throws WrongFeedback.
 */
export function choiceOfForm(fields: Record<string, unknown>): FeedbackChoice {
  const kind = kindOf(fields.kind);
  if (kind !== "correction") return { kind, classIndex: null };
  const text = fields.class;
  const index = typeof text === "string" && /^\d{1,2}$/.test(text) ? Number(text) : text;
  return { kind, classIndex: classOf("class", index) };
}

/** From `{kind, classIndex?}`. Throws WrongFeedback. */
export function choiceOfJson(body: unknown): FeedbackChoice {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new WrongFeedback("The body isn't a JSON object.", 'Send {"kind": "agree"}.');
  }
  const { kind: givenKind, classIndex = null, ...others } = body as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new WrongFeedback(
      `The body has the unknown field "${unknown.slice(0, 100)}".`,
      "Allowed are `kind` and `classIndex`.",
    );
  }
  const kind = kindOf(givenKind);
  if (kind === "correction") return { kind, classIndex: classOf("classIndex", classIndex) };
  if (classIndex === null) return { kind, classIndex };
  throw new WrongFeedback(
    `"classIndex" was given with the kind "${kind}".`,
    'Leave it out, or send the kind "correction".',
  );
}

/** A correction to what the model said already is an agreement. */
export function settled(choice: FeedbackChoice, predictedClass: number): FeedbackChoice {
  return choice.classIndex === predictedClass ? { kind: "agree", classIndex: null } : choice;
}

function kindOf(given: unknown): FeedbackKind {
  if (Value.Check(FeedbackKind, given)) return given;
  throw new WrongFeedback(
    `The kind of feedback is ${shown(given)}.`,
    `Choose one of the buttons; allowed are ${KINDS.join(", ")}.`,
  );
}

function classOf(field: string, given: unknown): number {
  if (Number.isInteger(given) && Number(given) >= 0 && Number(given) <= LAST_CLASS) {
    return Number(given);
  }
  throw new WrongFeedback(
    `A correction needs the right class; given is ${shown(given)}.`,
    `Choose the class, too; allowed in \`${field}\` is ${ALLOWED_CLASSES}.`,
  );
}

function shown(given: unknown): string {
  if (given === undefined || given === null || given === "") return "nothing";
  return (JSON.stringify(given) ?? typeof given).slice(0, 100);
}
