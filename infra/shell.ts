// Words for a POSIX shell.

/** One word, whatever is in it. */
export const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
