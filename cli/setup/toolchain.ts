// The Pulumi CLI, its Node.js language host, and the plugins that the stacks use: what is on PATH, else the official
// download, else built from Go modules.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder, root } from "../paths";
import { CommandError } from "../command";
import { type RunOptions, run, succeed } from "../processes";
import { isInstalled } from "./debian";
import { WrongChecksum, download } from "./download";
import { contentKey, makeWhole } from "./files";
import { type Toolchain, finding, keepFinding } from "./findings";
import type { Step, StepLog } from "./steps";

const version = "3.250.0";
/** Older ones don't know `replaceWith` (npm SDK 3.220), which the stacks may use. */
const oldestVersion = [3, 220] as const;
/** Pulumi wants the plugin of every provider among the packages, whatever the target of the stack. */
const usedPlugins = ["docker", "command", "random", "openstack"] as const;

export interface Plugin {
  name: string;
  version: string;
}

/** A plugin's version is that of its npm package: inputs and outputs of the two must match. */
export function pluginsOf(packageJson: string): Plugin[] {
  const { dependencies } = JSON.parse(packageJson) as { dependencies: Record<string, string> };
  return usedPlugins.map((name) => {
    const exact = dependencies[`@pulumi/${name}`];
    if (!exact || !/^\d+\.\d+\.\d+$/.test(exact))
      throw new Error(`package.json must name an exact version of @pulumi/${name}, not ${exact}`);
    return { name, version: exact };
  });
}

const plugins = () => pluginsOf(readFileSync(join(root, "package.json"), "utf8"));

export const toolchainStep: Step = {
  name: "toolchain",
  needs: [],
  heavy: true,
  async done() {
    const found = finding("toolchain");
    if (!found || found.key !== (await keyOf(found)) || !(await isComplete(found)))
      return undefined;
    return `Pulumi from ${found.binFolder}`;
  },
  async run(log) {
    const found = (await onPath(log)) ?? (await downloaded(log)) ?? (await built(log));
    await installPlugins(found, log);
    keepFinding("toolchain", { ...found, key: await keyOf(found) });
    return `Pulumi from ${found.binFolder}`;
  },
};

type Found = Omit<Toolchain, "key">;

/** Changes when the toolchain has to be set up again. */
const keyOf = async ({ builtIn }: Found) =>
  contentKey(version, JSON.stringify(plugins()), builtIn ? await labFingerprint() : "");

async function onPath(log: StepLog): Promise<Found | undefined> {
  const file = findProgram("pulumi");
  if (!file) return undefined;
  const { stdout } = await run(file, ["version"]);
  const hasHost = findProgram("pulumi-language-nodejs") !== undefined;
  if (isNewEnough(stdout) && hasHost) return { binFolder: dirname(file) };
  const why = `${stdout.trim() || "no version"}${hasHost ? "" : " without pulumi-language-nodejs"}`;
  log.say(`${file} isn't used: it is ${why}`);
  return undefined;
}

/** First on PATH; a toolchain of our own, put there by `source .pulumi/env.sh`, doesn't count. */
const findProgram = (name: string): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(":")
    .filter((folder) => folder !== "" && !folder.startsWith(cacheFolder))
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));

export function isNewEnough(versionText: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(versionText) ?? [];
  if (major === undefined) return false;
  const [oldestMajor, oldestMinor] = oldestVersion;
  return (
    Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor)
  );
}

const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: "x64", arm64: "arm64" };
const releases = "https://get.pulumi.com/releases/sdk";

async function downloaded(log: StepLog): Promise<Found | undefined> {
  const name = `pulumi-v${version}-${process.platform}-${architectures[process.arch]}.tar.gz`;
  const folder = join(cacheFolder, "toolchain", `official-${version}`);
  const found = { binFolder: join(folder, "pulumi"), home: join(folder, "home") };
  if (existsSync(join(found.binFolder, "pulumi"))) return found;
  try {
    await makeWhole(folder, async (unfinished) => {
      const archive = join(unfinished, name);
      await download(archive, {
        url: `${releases}/${name}`,
        checksumsUrl: `${releases}/pulumi-${version}-checksums.txt`,
        connectTimeoutSeconds: 10,
        timeoutSeconds: 300,
      });
      await log.run("tar", ["-xzf", archive, "-C", unfinished]);
    });
    return found;
  } catch (error) {
    if (error instanceof WrongChecksum) throw error;
    log.write(`${releases}: ${String(error)}`);
    log.say("the official download can't be reached");
    return undefined;
  }
}

const labFolder = join(root, "lab", "toolchain");

const labFingerprint = async () =>
  (await succeed(join(labFolder, "fingerprint.sh"), [])).trim().slice(0, 16);

async function built(log: StepLog): Promise<Found> {
  if (!(await isInstalled("go")))
    throw new CommandError(
      "Pulumi can't be downloaded, and Go, with which it could be built, is missing: " +
        `install Pulumi ${oldestVersion.join(".")} or later, or Go`,
    );
  const builtIn = join(cacheFolder, "toolchain", `built-${await labFingerprint()}`);
  log.say("building it from Go modules; this takes some minutes the first time");
  const onLine = (line: string) => {
    // Each of hundreds of modules is one such line; they are for the log only.
    if (line.startsWith("go: ")) return log.write(line);
    log.say(line);
    log.doing(line);
  };
  await log.run(join(labFolder, "build.sh"), [builtIn], { onLine });
  return { builtIn, binFolder: join(builtIn, "bin"), home: join(builtIn, "home") };
}

async function installPlugins(found: Found, log: StepLog): Promise<void> {
  const { binFolder, home, builtIn } = found;
  if (home) mkdirSync(home, { recursive: true });
  const options = { env: toolchainEnvironment(found) };
  const installed = await pluginsIn(found);
  for (const { name, version: exact } of plugins().filter(
    ({ name }) => !installed.includes(name),
  )) {
    const file = builtIn
      ? ["--file", join(builtIn, "plugins", `pulumi-resource-${name}-v${exact}`)]
      : [];
    const args = ["plugin", "install", "resource", name, `v${exact}`, ...file];
    await log.run(join(binFolder, "pulumi"), args, options);
  }
}

async function isComplete(found: Toolchain): Promise<boolean> {
  if (!existsSync(join(found.binFolder, "pulumi"))) return false;
  return (await pluginsIn(found)).length === plugins().length;
}

/** Names of the plugins that are there in the wanted version. */
async function pluginsIn(found: Found): Promise<string[]> {
  const options: RunOptions = { env: toolchainEnvironment(found) };
  const { stdout } = await run(
    join(found.binFolder, "pulumi"),
    ["plugin", "ls", "--json"],
    options,
  );
  const present = JSON.parse(stdout || "[]") as { name: string; version: string }[];
  return plugins()
    .filter((wanted) =>
      present.some(({ name, version: exact }) => name === wanted.name && exact === wanted.version),
    )
    .map(({ name }) => name);
}

/** What a program needs to run `pulumi` from here. */
export function toolchainEnvironment({
  binFolder,
  home,
}: Omit<Toolchain, "key">): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${binFolder}:${process.env["PATH"]}`,
    ...(home && { PULUMI_HOME: home }),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}
