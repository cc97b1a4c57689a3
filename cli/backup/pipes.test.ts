import { feed, startBeside, wordsBeside } from "./pipes";

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += chunk.toString();
  return text;
}

async function* megabytes(count: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < count; at += 1) yield await Promise.resolve(Buffer.alloc(1024 ** 2));
}

describe("a program beside the engine", () => {
  it("is a local one, or one by ssh with the host's key in its options", () => {
    expect(wordsBeside(undefined, ["docker", "ps"])).toEqual(["docker", "ps"]);
    expect(wordsBeside({ host: "tcp://a:2375" }, ["docker", "ps"])).toEqual(["docker", "ps"]);
    const there = { host: "ssh://cc@10.0.0.1:2222", sshOptions: ["-o", "BatchMode=yes"] };
    expect(wordsBeside(there, ["sh", "-c", "echo 'x'"])).toEqual([
      ...["ssh", "-o", "BatchMode=yes", "-p", "2222", "--", "cc@10.0.0.1"],
      `'sh' '-c' 'echo '\\''x'\\'''`,
    ]);
  });

  it("gets its input and gives its output as streams", async () => {
    const program = startBeside(undefined, "count", ["wc", "-c"]);
    const [text] = await Promise.all([textOf(program.stdout), feed(program, megabytes(20))]);
    expect(text.trim()).toBe(String(20 * 1024 ** 2));
    await program.ended;
  });

  it("that fails while it is fed says why", async () => {
    const program = startBeside(undefined, "restore", ["sh", "-c", "echo no room >&2; exit 3"]);
    await expect(feed(program, megabytes(20))).rejects.toThrow(/restore ended with 3:\nno room/);
  });

  it("that isn't there is an error", async () => {
    const program = startBeside(undefined, "x", ["/no/such/program"]);
    await expect(program.ended).rejects.toThrow("ENOENT");
  });

  it("isn't blamed for an input that can't be read", async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from("x"));
      throw new Error("the file is gone");
    }
    const program = startBeside(undefined, "cat", ["cat"]);
    program.stdout.resume();
    await expect(feed(program, broken())).rejects.toThrow("the file is gone");
  });
});
