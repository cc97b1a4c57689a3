// The end of a stack as a step: with its log, and with words while it takes its time.
import { logFolder } from "../paths";
import { type StepLog, runSteps } from "../setup/steps";

export const asStep = (run: (log: StepLog) => Promise<void>): Promise<void> =>
  runSteps(
    [
      {
        name: "destroy",
        needs: [],
        done: () => Promise.resolve(undefined),
        run: async (log) => {
          await run(log);
          return "done";
        },
      },
    ],
    { logFolder },
  );
