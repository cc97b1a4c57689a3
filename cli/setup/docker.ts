// A Docker Engine that answers: the one that is reachable, else Debian's, installed and started.
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandError } from "../command";
import { Engine } from "../engine";
import { cacheFolder } from "../paths";
import { programOf, startDetached } from "../processes";
import { canInstall, installPackages, isInstalled } from "./debian";
import { readIfThere } from "./files";
import type { Step, StepLog } from "./steps";

const pidFile = "/var/run/docker.pid";
const logFile = join(cacheFolder, "dockerd.log");
const startTimeoutSeconds = 60;

export const dockerStep: Step = {
  name: "docker",
  needs: [],
  done: async () => ((await new Engine().problem()) ? undefined : "Docker Engine"),
  async run(log) {
    const problem = await new Engine().problem();
    // Somebody else's engine, which we must neither install nor start.
    if (process.env["DOCKER_HOST"])
      throw new CommandError(
        `DOCKER_HOST is ${process.env["DOCKER_HOST"]}, and no engine answers there: ${problem}`,
      );
    if (!canInstall())
      throw new CommandError(
        `no Docker Engine answers (${problem}); install and start one ` +
          "(on Debian, as root: apt-get install docker.io), or give this user access to it",
      );
    if (!(await isInstalled("dockerd")))
      await installPackages(["docker.io", "iptables"], { purpose: "Docker Engine", log });
    await start(log);
    return "Docker Engine started";
  },
};

async function start(log: StepLog): Promise<void> {
  const withSystemd = existsSync("/run/systemd/system");
  const exited = withSystemd ? await startService(log) : startDaemon(log);
  const deadline = Date.now() + startTimeoutSeconds * 1000;
  for (;;) {
    const problem = await new Engine().problem();
    if (!problem) return;
    if (exited() || Date.now() > deadline) {
      const end = withSystemd ? "see journalctl -u docker" : (readIfThere(logFile) ?? "");
      log.write(end);
      throw new CommandError(`the Docker Engine doesn't come up: ${problem}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function startService(log: StepLog): Promise<() => boolean> {
  await log.run("systemctl", ["enable", "--now", "docker"]);
  return () => false;
}

/** Where no service manager runs, in containers and small virtual machines. Returns whether it has ended since. */
function startDaemon(log: StepLog): () => boolean {
  const pid = readIfThere(pidFile);
  if (pid !== undefined) {
    // The package's own script may have started it a moment ago.
    if (!pidFileIsStale(pid, programOf)) return () => false;
    log.write(`${pidFile} is from an engine that no longer runs; removing it`);
    rmSync(pidFile);
  }
  mkdirSync(dirname(logFile), { recursive: true });
  const output = openSync(logFile, "w");
  log.say(`starting dockerd (log ${logFile})`);
  const daemon = startDetached("dockerd", [], output);
  closeSync(output);
  return () => daemon.exitCode !== null;
}

/** After a crash the number in the file may be nobody's, or another program's; dockerd refuses to start on either. */
export function pidFileIsStale(
  content: string,
  programOfPid: (pid: number) => string | undefined,
): boolean {
  return programOfPid(Number(content)) !== "dockerd";
}
