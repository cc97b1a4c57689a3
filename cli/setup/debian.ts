// Debian's and Ubuntu's packages, installed where we may.
import { CommandError } from "../command";
import { run } from "../processes";
import { readIfThere } from "./files";
import type { StepLog } from "./steps";

/** Another program may hold dpkg's lock: on a fresh machine the system's own updates do. */
const lockTimeoutSeconds = 300;
const aptEnvironment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };

/** Whether packages can be installed: root on Debian or Ubuntu. */
export function canInstall(
  { uid, osRelease }: { uid?: number; osRelease?: string } = {
    uid: process.getuid?.(),
    osRelease: readIfThere("/etc/os-release"),
  },
): boolean {
  return uid === 0 && /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease ?? "");
}

/** Two apt-get of one set-up would wait for each other's lock, or fail on that of the package lists. */
let turn: Promise<unknown> = Promise.resolve();

/** Installs packages, or says what the person has to install for `purpose`. */
export async function installPackages(
  packages: readonly string[],
  { purpose, log }: { purpose: string; log: StepLog },
): Promise<void> {
  if (!canInstall())
    throw new CommandError(
      `${purpose} is missing, and packages can only be installed here by root on Debian or Ubuntu: ` +
        `install it yourself (on Debian: apt-get install ${packages.join(" ")}), then run this again`,
    );
  const mine = turn.then(() => install(packages, log));
  turn = mine.catch(() => undefined);
  await mine;
}

async function install(packages: readonly string[], log: StepLog): Promise<void> {
  log.say(`installing Debian's ${packages.join(", ")}`);
  const apt = (...args: string[]) =>
    log.run("apt-get", ["-o", `DPkg::Lock::Timeout=${lockTimeoutSeconds}`, ...args], {
      env: aptEnvironment,
    });
  // Finishes what an interrupted installation left half done; nothing to do otherwise.
  await log.run("dpkg", ["--configure", "-a"], { env: aptEnvironment });
  await updateLists(apt, log);
  await apt("install", "--yes", "--no-install-recommends", ...packages);
}

/** `apt-get update` doesn't wait for the lock of the package lists, whatever the option says. */
async function updateLists(apt: (command: string) => Promise<string>, log: StepLog): Promise<void> {
  for (let triesLeft = 10; ; triesLeft -= 1) {
    try {
      await apt("update");
      return;
    } catch (error) {
      if (triesLeft === 0) throw error;
      log.write("apt-get update failed; trying again");
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

export const isInstalled = async (program: string): Promise<boolean> =>
  (await run("sh", ["-c", 'command -v "$1"', "sh", program])).exitCode === 0;
