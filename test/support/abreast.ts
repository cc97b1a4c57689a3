// Many of a kind, some at a time.
const atATime = 4;

/** Resolves when all are done; rejects with the first that fails. */
export async function abreast<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await act(next);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}
