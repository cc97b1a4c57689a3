import { spawn } from "node:child_process";
import { once } from "node:events";
import { ProgramFailed, programOf, run, succeed } from "./processes";

describe("another program", () => {
  it("is known by what it printed and how it ended", async () => {
    const lines: string[] = [];
    const args = ["-c", "read word; echo $word; echo wrong >&2; exit 3"];
    const result = await run("sh", args, { input: "hello\n", onLine: (line) => lines.push(line) });
    expect(result).toEqual({ exitCode: 3, stdout: "hello\n", stderr: "wrong\n" });
    expect(lines.sort()).toEqual(["hello", "wrong"]);
  });

  it("that isn't there ends with 127, as in a shell", async () => {
    expect(await run("no-such-program", [])).toMatchObject({ exitCode: 127 });
  });

  it("that fails is an error with the end of what it said", async () => {
    const failing = succeed("sh", ["-c", "seq 1 100 >&2; exit 4"]);
    await expect(failing).rejects.toThrow(ProgramFailed);
    await expect(failing).rejects.toThrow(/^sh -c ended with 4:\n81\n[^]*\n100$/);
  });

  it("is ended after its time, with what it started", async () => {
    const started = Date.now();
    const { exitCode } = await run("sh", ["-c", "sleep 30; true"], { timeoutSeconds: 0.2 });
    expect(exitCode).toBe(137);
    expect(Date.now() - started).toBeLessThan(5000);
  });

  it("has a name while it runs", async () => {
    const child = spawn("sleep", ["30"]);
    await once(child, "spawn");
    expect(programOf(child.pid!)).toBe("sleep");
    child.kill();
    await once(child, "close");
    expect(programOf(child.pid!)).toBeUndefined();
  });
});

describe("a command that is asked to stop", () => {
  /** Runs a program the way a command does, and tells its process id. */
  const source = `
    const { run } = require("./processes");
    void run("sh", ["-c", "trap 'echo tidied; exit 0' TERM; echo $$; sleep 30 & wait"], {
      onLine: (line) => console.log(line),
    }).then(() => console.log("went on"));`;

  it("passes it on, waits for the program to tidy up, and doesn't go on", async () => {
    // Not by the program tsx: it stands between, and passes a signal on only when it sees fit.
    const args = ["--require", "tsx/cjs", "--input-type=commonjs", "-e", source];
    const command = spawn(process.execPath, args, { cwd: __dirname });
    let output = "";
    command.stdout.on("data", (text: Buffer) => (output += text.toString()));
    while (!/^\d+\n/.test(output)) await once(command.stdout, "data");
    command.kill("SIGTERM");
    const [exitCode] = (await once(command, "close")) as [number];
    expect(exitCode).toBe(143);
    expect(output).toMatch(/^\d+\ntidied\n$/);
    expect(programOf(Number.parseInt(output, 10))).toBeUndefined();
  });
});
