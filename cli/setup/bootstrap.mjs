// Every command starts here, on a clone that may have nothing yet: makes node_modules match the lock file,
// then runs the command in TypeScript. It has no dependency but Node.js itself.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const oldestNode = [20, 19];

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  fail(`Node.js ${process.versions.node} is too old: install ${oldestNode.join(".")} or later`);
}

/** Installs when the lock file is another one than that of the last complete installation. */
function installDependencies() {
  const marker = join(root, "node_modules", ".installed-lock");
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(marker) && readFileSync(marker, "utf8") === lock) return;
  const logFile = join(root, ".pulumi", "logs", "dependencies.log");
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "w");
  const started = Date.now();
  console.error("dependencies: npm ci");
  const { status } = spawnSync("npm", ["ci"], { cwd: root, stdio: ["ignore", log, log] });
  closeSync(log);
  if (status !== 0) {
    const end = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-20).join("\n");
    fail(`npm ci failed; the end of ${logFile}:\n${end}`);
  }
  writeFileSync(marker, lock);
  console.error(`dependencies: done in ${Math.round((Date.now() - started) / 1000)} s`);
}

function runCommand() {
  const tsx = createRequire(import.meta.url).resolve("tsx");
  const child = spawn(
    process.execPath,
    ["--import", pathToFileURL(tsx).href, join(root, "cli", "main.ts"), ...process.argv.slice(2)],
    { stdio: "inherit" },
  );
  // A terminal's Ctrl-C reaches the command too, which ends in its own way; this process waits for it.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

checkNode();
installDependencies();
runCommand();
