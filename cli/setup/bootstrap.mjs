// Every command starts here, on a clone that may have nothing yet: makes node_modules match the lock file, then runs the
// command in TypeScript. It has no dependency but Node.js itself.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { clearInterval, setInterval } from "node:timers";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const lockFile = join(root, "package-lock.json");
/** Written when an installation is complete; npm removes it with node_modules when it starts anew. */
const marker = join(root, "node_modules", ".installed-lock");
const logFile = join(root, ".pulumi", "logs", "dependencies.log");
const oldestNode = [20, 19];
const stillRunningMs = 10_000;
const linesOfAnError = 20;
/** What a shell reports of a program that was ended by a signal. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

checkNode();
await installDependencies();
runCommand();

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  fail(`Node.js ${process.versions.node} is too old: install ${oldestNode.join(".")} or later`);
}

/** Installs when the lock file is another one than that of the last complete installation. */
async function installDependencies() {
  if (!existsSync(lockFile)) fail(`${root} is not a whole clone: it has no package-lock.json`);
  const lock = createHash("sha256").update(readFileSync(lockFile)).digest("hex");
  if (existsSync(marker) && readFileSync(marker, "utf8") === lock) return;
  rmSync(marker, { force: true });
  const started = Date.now();
  const say = (text) =>
    console.error(`[${Math.round((Date.now() - started) / 1000)} s] dependencies: ${text}`);
  say("npm ci");
  const alive = setInterval(() => say("still at it"), stillRunningMs);
  const code = await installInto(logFile);
  clearInterval(alive);
  if (code !== 0) {
    const lines = readFileSync(logFile, "utf8").trimEnd().split("\n");
    fail(`npm ci failed; the end of ${logFile}:\n${lines.slice(-linesOfAnError).join("\n")}`);
  }
  writeFileSync(marker, lock);
  say("done");
}

/** Ends when the installation does. A signal ends both at once; what is half installed is installed anew next time. */
function installInto(file) {
  mkdirSync(dirname(file), { recursive: true });
  const log = openSync(file, "w");
  const npm = spawn("npm", ["ci"], { cwd: root, stdio: ["ignore", log, log] });
  closeSync(log);
  const stop = (signal) => {
    npm.kill("SIGKILL");
    npm.once("close", () => process.exit(exitCodes[signal]));
  };
  for (const signal of Object.keys(exitCodes)) process.once(signal, stop);
  return new Promise((resolve) => {
    npm.once("error", (error) => fail(`npm can't be run: ${error.message}`));
    npm.once("close", (code) => {
      for (const signal of Object.keys(exitCodes)) process.removeListener(signal, stop);
      resolve(code);
    });
  });
}

/** Passes signals on and waits: the command ends in its own way. It knows that a terminal sends Ctrl-C to both. */
function runCommand() {
  const tsx = createRequire(import.meta.url).resolve("tsx");
  const child = spawn(
    process.execPath,
    ["--import", pathToFileURL(tsx).href, join(root, "cli", "main.ts"), ...process.argv.slice(2)],
    { stdio: "inherit" },
  );
  for (const signal of Object.keys(exitCodes)) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? exitCodes[signal] ?? 1));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
