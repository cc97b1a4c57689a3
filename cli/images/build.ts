// Builds one of our own images by this machine's engine, as a deployment does on its host.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { OwnImageName } from "../../infra/images";
import { imageBuild } from "../../infra/runtime/own-images";
import { root } from "../paths";
import { run, succeed } from "../processes";

export interface BuildOptions {
  /** Name and tag that it gets. */
  name: string;
  /** Where official images come from. */
  registryMirror: string;
  onLine?: (line: string) => void;
}

export async function buildImage(
  image: OwnImageName,
  { name, registryMirror, onLine }: BuildOptions,
): Promise<void> {
  const { dockerfile, buildArgs } = imageBuild(image, registryMirror);
  const args = ["build", "--tag", name, "--file", join(root, dockerfile)];
  for (const [key, value] of Object.entries(buildArgs)) args.push("--build-arg", `${key}=${value}`);
  const { program, buildKit } = await builder();
  const env = { ...process.env, DOCKER_BUILDKIT: buildKit ? "1" : "0", BUILDKIT_PROGRESS: "plain" };
  await succeed(program, [...args, root], { env, onLine });
}

interface Builder {
  program: string;
  /** Whether the client can use the engine's BuildKit, and with it the cache that deployments fill. */
  buildKit: boolean;
}

/** The first client of any that can use BuildKit; where none can, the old builder makes the same image. */
async function builder(): Promise<Builder> {
  for (const program of clients(process.env["PATH"] ?? ""))
    if (await canBuildKit(program)) return { program, buildKit: true };
  return { program: "docker", buildKit: false };
}

/** A machine may have several: the distribution's, and one that somebody put before it. */
function clients(path: string): string[] {
  const candidates = path.split(delimiter).map((folder) => join(folder, "docker"));
  return [...new Set(candidates)].filter((program) => {
    try {
      accessSync(program, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Clients had it built in, until it became a plugin. */
const pluginSince = 23;

async function canBuildKit(program: string): Promise<boolean> {
  if ((await run(program, ["buildx", "version"])).exitCode === 0) return true;
  const { stdout } = await run(program, ["version", "--format", "{{.Client.Version}}"]);
  const major = Number(stdout.split(".")[0]);
  return major > 0 && major < pluginSince;
}
