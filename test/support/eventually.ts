// Waiting for what happens by itself, with a deadline and the last reason why not yet.

export async function eventually<T>(
  check: () => Promise<T>,
  { withinSeconds = 60, everyMs = 250 } = {},
): Promise<T> {
  const deadline = Date.now() + withinSeconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
}
