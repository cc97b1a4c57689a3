// What the engine reports of a stack's containers while a test runs: afterwards it remembers the last 256 events only, which
// are health checks.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface ContainerEvent {
  /** `oom`: a process was killed for want of memory; `die`: the container ended. */
  action: string;
  service: string;
  /** Of `die`. */
  exitCode?: number;
  at: Date;
}

/** As `docker events` prints one. */
interface Printed {
  Action: string;
  time: number;
  Actor: { Attributes: Record<string, string> };
}

export class EngineEvents {
  private readonly seen: ContainerEvent[] = [];
  private readonly process: ChildProcess;

  constructor(stack: string) {
    const filters = [`label=feedback-loop.stack=${stack}`, "event=oom", "event=die"];
    const args = [
      "events",
      "--format",
      "{{json .}}",
      ...filters.flatMap((one) => ["--filter", one]),
    ];
    this.process = spawn("docker", args, { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: this.process.stdout! }).on("line", (line) => {
      const { Action, time, Actor } = JSON.parse(line) as Printed;
      const { "feedback-loop.service": service = "", exitCode } = Actor.Attributes;
      this.seen.push({
        action: Action,
        service,
        ...(exitCode !== undefined && { exitCode: Number(exitCode) }),
        at: new Date(time * 1000),
      });
    });
  }

  of = (action: string): ContainerEvent[] => this.seen.filter((event) => event.action === action);

  /** Whether it still listens; what it has heard is all there was, only then. */
  get listens(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  stop(): void {
    this.process.kill();
  }
}
