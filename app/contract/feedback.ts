// What an uploader can say about a prediction.
import { type Static, Type } from "@sinclair/typebox";

/**
 * `agree`: the class is right. `flag`: it is wrong, without saying which one is right. `correction`:
 * the right class is another one, given with it.
 */
export const FeedbackKind = Type.Union([
  Type.Literal("agree"),
  Type.Literal("flag"),
  Type.Literal("correction"),
]);
export type FeedbackKind = Static<typeof FeedbackKind>;
