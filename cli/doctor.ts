// `npm run doctor`: looks at where a stack is to run, before anything is created there.
import type { Verdict } from "../infra/host/verdicts";
import type { Command } from "./command";
import { needStack } from "./deploy/known-state";
import { stateOf } from "./deploy/state";
import { configOf } from "./deploy/stack-config";
import { examine } from "./doctor/examination";
import { parseStack, stackUsage } from "./stack-option";

export const doctor: Command = {
  summary: "whether the machine that a stack is to run on, or its cloud, has what it takes",
  usage: `npm run doctor [-- -s STACK]\n\n${stackUsage}\n\nChanges nothing. Ends with 1 when something is wrong.`,
  async run(args) {
    const stack = parseStack(args);
    await needStack(stack);
    const found = await examine(stack, await configOf(stack), await stateOf(stack));
    const width = Math.max(...found.map(({ check }) => check.length));
    console.log(found.map((verdict) => line(verdict, width)).join("\n"));
    return found.some(({ ok }) => ok === false) ? 1 : 0;
  },
};

const marks = new Map<boolean | undefined, string>([
  [true, "ok     "],
  [false, "FAILED "],
  [undefined, "unknown"],
]);
const line = ({ check, ok, words }: Verdict, width: number) =>
  `${marks.get(ok)}  ${check.padEnd(width)}  ${words}`;
