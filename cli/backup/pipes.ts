// Programs where a stack's engine is, as streams: a backup is larger than any memory.
import { spawn } from "node:child_process";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { quote } from "../../infra/shell";
import type { Endpoint } from "../engine";
import { ProgramFailed } from "../processes";

export interface Piped {
  stdin: Writable;
  stdout: Readable;
  /** Resolves with what was said on standard error; rejects when the program fails. */
  ended: Promise<string>;
}

/** Starts a program where `docker` means the engine: beside it, when that is on another machine. */
export function startBeside(
  endpoint: Endpoint | undefined,
  what: string,
  words: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Piped {
  const [program, ...args] = wordsBeside(endpoint, words);
  const env = { ...environmentOf(endpoint), ...variables };
  const child = spawn(program!, args, { env, stdio: "pipe" });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  // A program that ends without reading its input is judged by its exit code.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<string>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => {
      if (exitCode === 0) return resolve(said);
      reject(new ProgramFailed(what, { exitCode: exitCode ?? 1, stdout: "", stderr: said }));
    });
  });
  // Whoever started it may still be busy with its output when it fails.
  ended.catch(() => undefined);
  return { stdin: child.stdin, stdout: child.stdout, ended };
}

const isSsh = ({ host }: Endpoint) => host.startsWith("ssh://");

/** By ssh it is Docker's client over there, so that the host's key counts. */
export function wordsBeside(
  endpoint: Endpoint | undefined,
  words: readonly string[],
): readonly string[] {
  if (!endpoint || !isSsh(endpoint)) return words;
  const { username, hostname, port } = new URL(endpoint.host);
  const login = username === "" ? hostname : `${username}@${hostname}`;
  const options = [...(endpoint.sshOptions ?? []), ...(port === "" ? [] : ["-p", port])];
  return ["ssh", ...options, "--", login, words.map(quote).join(" ")];
}

const environmentOf = (endpoint: Endpoint | undefined): NodeJS.ProcessEnv =>
  endpoint && !isSsh(endpoint) ? { ...process.env, DOCKER_HOST: endpoint.host } : process.env;

/** Gives a program its input, to the end; its own failure counts for more than that of the pipe which it causes. */
export async function feed({ stdin, ended }: Piped, input: AsyncIterable<Buffer>): Promise<void> {
  const [fed] = await Promise.allSettled([
    pipeline(Readable.from(input, { objectMode: false }), stdin),
  ]);
  await orFailure(ended, fed);
}

/** Ends a program that isn't needed any more by closing its pipes: what it would still clean up, it does then. */
export function abandon({ stdin, stdout }: Piped): void {
  stdin.destroy();
  stdout.destroy();
}

async function orFailure(ended: Promise<string>, fed: PromiseSettledResult<void>): Promise<void> {
  if (fed.status === "fulfilled") return;
  const isPipe = ["EPIPE", "ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"].includes(
    (fed.reason as NodeJS.ErrnoException).code ?? "",
  );
  if (isPipe) await ended;
  throw fed.reason;
}
