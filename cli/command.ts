// What a command is, and how it says that something is wrong.

export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** What `--help` prints below the summary. */
  usage: string;
  /** Resolves to the exit code. */
  run(args: string[]): Promise<number>;
}

/** Something that the person at the keyboard can put right; printed without a stack trace. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";

  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** The command line itself is wrong. */
export class UsageError extends CommandError {
  override readonly name = "UsageError";

  constructor(message: string) {
    super(message, 2);
  }
}
