// A container's program ends at once, by its own fault or the kernel's.
import { docker } from "./docker";

/**
 * Kills the program itself, which the container's first process has started. `docker kill` is something else: the engine takes
 * it for the wish of a person, and leaves the container down.
 */
export async function killProgram(container: string): Promise<void> {
  const first = Number(await docker("inspect", "--format", "{{.State.Pid}}", container));
  const listed = await docker("top", container, "-eo", "pid,ppid");
  const children = listed
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === first)
    .map(([pid]) => pid!);
  if (children.length !== 1)
    throw new Error(`${container} runs ${children.length} programs under its first process`);
  process.kill(children[0]!, "SIGKILL");
}
