// The option that most commands share: which stack.
import { parseArgs } from "node:util";
import { checkStackName, defaultStack } from "./setup/stack";

export const stackOption = {
  stack: { type: "string", short: "s", default: defaultStack },
} as const;
export const stackUsage = `  -s, --stack STACK   which stack; default ${defaultStack}`;

/** For commands that take nothing else. */
export function parseStack(args: string[]): string {
  const { values } = parseArgs({ args, options: stackOption });
  return checkStackName(values.stack);
}
