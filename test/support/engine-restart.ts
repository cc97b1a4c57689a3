// A Docker Engine that restarts, as its upgrade makes it: on a machine of the test's own, whose other containers nobody misses.
import { eventually } from "./eventually";
import type { LabMachine } from "./lab-machine";

/** Resolves when every container of the stack is healthy again, with nobody's help. */
export async function restartEngine(
  machine: LabMachine,
  stack: string,
  { withinSeconds }: { withinSeconds: number },
): Promise<void> {
  const list = `docker ps --all --filter label=feedback-loop.stack=${stack} --format '{{.Names}} {{.Status}}'`;
  const before = lines(await machine.run(list));
  if (before.length === 0) throw new Error(`no container of stack ${stack} is on the machine`);
  await machine.run("systemctl restart docker");
  await eventually(
    async () => {
      const now = lines(await machine.run(list));
      const well = now.filter((line) => line.endsWith("(healthy)"));
      if (now.length !== before.length || well.length !== now.length)
        throw new Error(`not all are back:\n${now.join("\n")}`);
    },
    { withinSeconds, everyMs: 1000 },
  );
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "");
