// A question before something is gone for good.
import { createInterface } from "node:readline/promises";
import { CommandError } from "./command";

/** Rejects unless the person at the terminal types the word. */
export async function confirm(
  warning: string,
  { word, what }: { word: string; what: string },
): Promise<void> {
  console.log(warning);
  if (!process.stdin.isTTY)
    throw new CommandError("Nothing was done: without a terminal it needs --yes");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(`Type ${what}, ${word}, to go on: `);
  lines.close();
  if (answer.trim() !== word) throw new CommandError("Nothing was done.");
}
