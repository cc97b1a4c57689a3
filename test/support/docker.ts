// The engine itself, asked directly.
import { succeed } from "../../cli/processes";

export const docker = (...args: string[]): Promise<string> => succeed("docker", args);

export interface Inspected {
  Id: string;
  Image: string;
  RestartCount: number;
  Config: { Labels: Record<string, string>; User: string; Env: string[] };
  State: { Health?: { Status: string }; OOMKilled: boolean; StartedAt: string };
  HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[];
    SecurityOpt: string[];
    Memory: number;
    NanoCpus: number;
    PortBindings: Record<string, { HostIp: string }[]> | null;
  };
}

export async function inspect(container: string): Promise<Inspected> {
  const [inspected] = JSON.parse(await docker("inspect", container)) as Inspected[];
  return inspected!;
}

/** Names of all that carries a stack's label, whatever its kind. */
export async function labelled(stack: string): Promise<string[]> {
  const filter = ["--filter", `label=feedback-loop.stack=${stack}`];
  const listed = await Promise.all([
    docker("ps", "--all", ...filter, "--format", "container {{.Names}}"),
    docker("network", "ls", ...filter, "--format", "network {{.Name}}"),
    docker("images", ...filter, "--format", "image {{.Repository}}"),
    docker("volume", "ls", ...filter, "--format", "volume {{.Name}}"),
  ]);
  return listed.flatMap((text) => text.split("\n").filter(Boolean)).sort();
}
