// The frontend run from source as a process of its own, which a test may kill at any moment and start again.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { lastLines } from "../../cli/processes";
import { root } from "./test-stack";

const startSeconds = 60;

export class FrontendProcess {
  private child: ChildProcess | undefined;
  private address = "";
  /** Everything that it logged, over all starts. */
  log = "";

  /** @param environment its settings; it takes a free port by itself */
  constructor(private readonly environment: Readonly<Record<string, string>>) {}

  /** Where it listens, or last did. */
  get url(): string {
    return this.address;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const { PATH = "" } = process.env;
    const env = { PATH, ...this.environment, HOST: "127.0.0.1", PORT: "0", LOG_LEVEL: "info" };
    const args = ["--import", "tsx", "app/frontend/server.ts"];
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: "pipe" });
    this.child = child;
    process.once("exit", () => child.kill("SIGKILL"));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    const lines = createInterface({ input: child.stdout });
    const listening = new Promise<string>((resolve, reject) => {
      lines.on("line", (line) => {
        this.log += `${line}\n`;
        const [, address] = /Server listening at (http:[^"]+)/.exec(line) ?? [];
        if (address) resolve(address);
      });
      const fail = (what: string) => reject(new Error(`${what}:\n${lastLines(this.log)}`));
      child.once("exit", (code) => fail(`the frontend ended with ${code}`));
      const patience = setTimeout(() => fail("the frontend doesn't listen"), startSeconds * 1000);
      patience.unref();
    });
    this.address = await listening;
  }

  /** SIGKILL: nothing can be finished or tidied up. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}
