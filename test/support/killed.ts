// A program that loses its machine in the middle: it and all that it started end at once, with no chance to tidy up.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

/** Runs a program until it prints what matches, and some time longer, then kills it; rejects when it ends before. */
export function killedWhen(
  pattern: RegExp,
  [program, ...args]: readonly [string, ...string[]],
  { afterSeconds = 0, ...options }: { cwd: string; env: NodeJS.ProcessEnv; afterSeconds?: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    let timer: NodeJS.Timeout | undefined;
    let killed = false;
    const kill = () => {
      killed = true;
      for (const pid of [child.pid!, ...descendants(child.pid!)]) end(pid);
    };
    const read = (text: string) => {
      printed += text;
      if (timer || !pattern.test(printed)) return;
      timer = setTimeout(kill, afterSeconds * 1000);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", read);
    child.on("close", () => {
      clearTimeout(timer);
      if (killed) resolve();
      else
        reject(
          new Error(`it ended by itself, without or soon after ${String(pattern)}:\n${printed}`),
        );
    });
  });
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended with its parent.
  }
}

/** All processes below one. */
function descendants(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function parentOf(pid: number): number | undefined {
  try {
    // Behind the name, which is in brackets and may hold anything: state, parent.
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1]);
  } catch {
    return undefined;
  }
}
