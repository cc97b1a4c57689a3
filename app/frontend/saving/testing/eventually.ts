// Waiting in tests for what the saver does by itself.

export async function eventually(condition: () => boolean, deadlineMillis = 4000): Promise<void> {
  const end = Date.now() + deadlineMillis;
  while (!condition()) {
    if (Date.now() > end)
      throw new Error(`not within ${deadlineMillis} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
