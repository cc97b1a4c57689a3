// The question before data goes for good.
import { confirm } from "../confirm";

/** Rejects unless the person types the stack's name; asks nothing where there is no data. */
export async function confirmLoss(stack: string, volumes: readonly string[]): Promise<void> {
  if (volumes.length === 0) return;
  await confirm(`This removes for good: ${volumes.join(", ")}`, {
    word: stack,
    what: "the name of the stack",
  });
}
