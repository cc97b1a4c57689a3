// The Docker Engine, through its command line client: the one place that knows how to ask it.
import { labelNames } from "../infra/runtime/naming";
import { quote } from "../infra/shell";
import { CommandError } from "./command";
import { ProgramFailed, type Result, type RunOptions, attach, run } from "./processes";

export type Kind = "container" | "network" | "image" | "volume";

/** Something on the engine that carries the labels of a stack. */
export interface Labelled {
  kind: Kind;
  /** Id; of a volume its name. */
  id: string;
  name: string;
  stack: string;
  owner: string;
  /** Name of the service or job that a container runs. */
  service?: string;
  createdAt: string;
}

export interface ContainerState extends Labelled {
  kind: "container";
  /** `running`, `exited`, … */
  status: string;
  /** `healthy`, `unhealthy`, `starting`; undefined without a health check. */
  health?: string;
  startedAt: string;
  memoryLimitBytes: number;
}

/** Which stack's things, whoever's they are (deploy/ownership.ts); without a name those of all stacks. */
export interface Selection {
  stack?: string;
}

/** Engine's filters for a selection. */
export const labelFilters = ({ stack }: Selection): string[] => [
  "--filter",
  `label=${stack === undefined ? labelNames.stack : `${labelNames.stack}=${stack}`}`,
];

const answerTimeoutSeconds = 20;
const askTimeoutSeconds = 60;

/** Another endpoint than that of the client's own settings. */
export interface Endpoint {
  /** Any that the client takes: unix://, tcp://, ssh://. */
  host: string;
  /** Options of `ssh`, for which the client has no place. */
  sshOptions?: readonly string[];
}

export class Engine {
  constructor(private readonly endpoint?: Endpoint) {}

  /** What is wrong with the engine; undefined when it answers. */
  async problem(): Promise<string | undefined> {
    const version = ["version", "--format", "{{.Server.Version}}"];
    const { exitCode, stdout, stderr } = await this.run(version, answerTimeoutSeconds);
    if (exitCode === 0 && stdout.trim() !== "") return undefined;
    return stderr.trim().split("\n").at(-1) || "the Docker Engine doesn't answer";
  }

  async containers(selection: Selection): Promise<ContainerState[]> {
    return (await this.inspect("container", selection)).map(containerState);
  }

  /** Everything that carries the labels, of one kind. */
  async labelled(kind: Kind, selection: Selection): Promise<Labelled[]> {
    return (await this.inspect(kind, selection)).map((found) => labelledThing(kind, found));
  }

  /** Memory in use by container id, in bytes. */
  async memoryBytes(ids: readonly string[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const format = "{{.Container}} {{.MemUsage}}";
    const lines = await this.ask("stats", "--no-stream", "--no-trunc", "--format", format, ...ids);
    return new Map(
      lines.map((line) => {
        const [id = "", used = ""] = line.split(" ");
        return [id, parseBytes(used)];
      }),
    );
  }

  async hasImage(name: string): Promise<boolean> {
    return (await this.run(["image", "inspect", name])).exitCode === 0;
  }

  /** Whether an image could be pulled within the time. */
  async canPull(name: string, timeoutSeconds: number): Promise<boolean> {
    return (await this.run(["pull", "--quiet", name], timeoutSeconds)).exitCode === 0;
  }

  /** Gone already is as good as removed. */
  async remove({ kind, id }: Labelled): Promise<void> {
    const force = kind === "container" || kind === "image" ? ["--force"] : [];
    const args = [kind, "rm", ...force, id];
    const result = await this.run(args);
    if (result.exitCode !== 0 && !/no such|not found/i.test(result.stderr))
      throw new ProgramFailed(`docker ${args.join(" ")}`, result);
  }

  /** What a program prints inside a running container; undefined when it fails or there is none. */
  async runInside({ id }: ContainerState, command: readonly string[]): Promise<string | undefined> {
    const { exitCode, stdout } = await this.run(["exec", id, ...command]);
    return exitCode === 0 ? stdout : undefined;
  }

  logs(container: string, args: readonly string[]): Promise<number> {
    const [program, words, options] = this.program("docker", ["logs", ...args, container]);
    return attach(program, words, options);
  }

  /** Runs a shell script where `docker` means this engine: beside it, when that is on another machine. */
  async script(name: string, script: string, input: Buffer): Promise<string> {
    const [program, words, options] = this.program("sh", ["-c", script]);
    const result = await run(program, words, { ...options, input });
    if (result.exitCode !== 0) throw new ProgramFailed(name, result);
    return result.stdout;
  }

  private async inspect(kind: Kind, selection: Selection): Promise<Inspected[]> {
    const all = kind === "container" ? ["--all"] : [];
    const quiet = kind === "volume" ? [] : ["--no-trunc"];
    const list = [kind, "ls", ...all, ...quiet, "--quiet", ...labelFilters(selection)];
    const ids = [...new Set(await this.ask(...list))];
    if (ids.length === 0) return [];
    // One may go between the two calls; the others are printed all the same.
    const { stdout } = await this.run([kind, "inspect", ...ids]);
    return JSON.parse(stdout) as Inspected[];
  }

  private async ask(...args: string[]): Promise<string[]> {
    const result = await this.run(args, askTimeoutSeconds);
    if (result.exitCode !== 0) throw new ProgramFailed(`docker ${args[0] ?? ""}`, result);
    return result.stdout.split("\n").filter((line) => line !== "");
  }

  private run(args: readonly string[], timeoutSeconds?: number): Promise<Result> {
    const [program, words, options] = this.program("docker", args);
    return run(program, words, { ...options, timeoutSeconds });
  }

  /** Docker's client, or what calls it. By ssh it is the one over there, so that the host's key counts (`sshOptions`). */
  private program(name: string, args: readonly string[]): [string, string[], RunOptions] {
    const { host, sshOptions = [] } = this.endpoint ?? {};
    if (!host) return [name, [...args], {}];
    if (!host.startsWith("ssh://"))
      return [name, [...args], { env: { ...process.env, DOCKER_HOST: host } }];
    const { username, hostname, port } = new URL(host);
    const login = username === "" ? hostname : `${username}@${hostname}`;
    const options = [...sshOptions, ...(port === "" ? [] : ["-p", port])];
    return ["ssh", [...options, "--", login, [name, ...args].map(quote).join(" ")], {}];
  }
}

/** The engine itself; an error when it doesn't answer. */
export async function reachable(engine: Engine): Promise<Engine> {
  const problem = await engine.problem();
  if (problem) throw new CommandError(`The Docker Engine can't be reached: ${problem}`);
  return engine;
}

/** What `docker KIND inspect` prints, as far as it is read here. */
interface Inspected {
  Id?: string;
  Name?: string;
  RepoTags?: string[];
  Labels?: Record<string, string> | null;
  Config?: { Labels?: Record<string, string> | null };
  Created?: string;
  CreatedAt?: string;
  State?: { Status: string; StartedAt: string; Health?: { Status: string } };
  HostConfig?: { Memory: number };
}

function labelledThing(kind: Kind, found: Inspected): Labelled {
  const labels = found.Config?.Labels ?? found.Labels ?? {};
  const name = nameOf(found);
  return {
    kind,
    id: found.Id ?? name,
    name,
    stack: labels[labelNames.stack] ?? "",
    owner: labels[labelNames.owner] ?? "",
    service: labels[labelNames.service],
    createdAt: found.Created ?? found.CreatedAt ?? "",
  };
}

/** The engine puts a slash before the name of a container. */
const nameOf = ({ Name, RepoTags, Id }: Inspected): string =>
  (Name ?? RepoTags?.[0] ?? Id ?? "").replace(/^\//, "");

function containerState(found: Inspected): ContainerState {
  return {
    ...labelledThing("container", found),
    kind: "container",
    status: found.State?.Status ?? "unknown",
    health: found.State?.Health?.Status,
    startedAt: found.State?.StartedAt ?? "",
    memoryLimitBytes: found.HostConfig?.Memory ?? 0,
  };
}

const unitBytes: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** The client's way to write an amount of memory, such as `34.5MiB`; 0 for anything else. */
export function parseBytes(text: string): number {
  const [, amount, unit = ""] = /^([\d.]+)([KMG]?i?B)/.exec(text) ?? [];
  return amount ? Number(amount) * (unitBytes[unit] ?? 0) : 0;
}
