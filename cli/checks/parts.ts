// What `npm run check` consists of: one part a tool, run side by side, each reported by one line.
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { logFolder, root } from "../paths";
import { type Result, run } from "../processes";
import { isInstalled } from "../setup/debian";
import { readIfThere } from "../setup/files";
import { loopProgram, pythonEnvironment, pythonProgram } from "../setup/python";
import { goFormat, selfMadePython } from "../setup/self-made-checks";
import { type Counts, add, jestCounts, junitCounts, noTests } from "./counts";

export interface Part {
  name: string;
  program: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Instead of `args`, to put right what can be put right. */
  fixArgs?: readonly string[];
  /** Left out, with this reason, where the program is missing. */
  optional?: string;
  /** Prints what is wrong and ends with 0 all the same. */
  failsByOutput?: boolean;
  /** Standard output is a result for machines; what people read is on standard error. */
  jsonOnStdout?: boolean;
  /** Reads the counts from the file that the tests write. */
  counts?: { file: string; read: (content: string) => Counts };
}

export interface PartResult {
  name: string;
  failed: boolean;
  output: string;
  counts: Counts;
}

const tool = (name: string) => join(root, "node_modules", ".bin", name);
/** Options of ruff, with the rules of the largest part for all Python of ours, and where it lies. */
const ruffArgs = [
  ...["--no-cache", "--config", "app/model/pyproject.toml"],
  ...["app", "bench", ...selfMadePython],
];
const resultFile = (name: string) => join(logFolder, name);

/** The longest first: two run at a time. */
export function checkParts(): Part[] {
  const ruff = pythonProgram("ruff");
  const unit = resultFile("unit.json");
  return [
    { name: "lint", program: tool("eslint"), args: [".", "--max-warnings", "0"] },
    {
      name: "unit tests",
      ...jest(["unit"], unit),
      jsonOnStdout: true,
      counts: { file: unit, read: jestCounts },
    },
    pytest("model", pythonProgram("python"), ["model"]),
    pytest("loop", loopProgram("python"), ["loop", "airflow", "label-studio", "notebooks"]),
    { name: "types", program: tool("tsc"), args: ["-p", "."] },
    {
      name: "format",
      program: tool("prettier"),
      args: ["--check", "--log-level", "warn", "."],
      fixArgs: ["--write", "--log-level", "warn", "."],
    },
    {
      name: "python format",
      program: ruff,
      args: ["format", "--check", ...ruffArgs],
      fixArgs: ["format", ...ruffArgs],
    },
    { name: "python lint", program: ruff, args: ["check", ...ruffArgs] },
    goFormat,
    {
      name: "workflows",
      program: "go",
      args: ["-C", "test/actionlint", "tool", "actionlint", ...workflows()],
      optional: "Go isn't installed",
    },
  ];
}

/** Tests in folders of `app`, by the settings of that which the part is named after. */
function pytest(name: string, program: string, folders: readonly string[]): Part {
  const file = resultFile(`python-${name}.xml`);
  const settings = ["-c", `app/${name}/pyproject.toml`, "--rootdir", "app"];
  const report = ["-p", "no:cacheprovider", `--junit-xml=${file}`];
  return {
    name: `python tests of ${folders.join(", ")}`,
    program,
    args: ["-m", "pytest", ...settings, ...folders.map((folder) => `app/${folder}`), ...report],
    env: pythonEnvironment(),
    counts: { file, read: junitCounts },
  };
}

const workflowFolder = join(root, ".github", "workflows");
const workflows = () => readdirSync(workflowFolder).map((file) => join(workflowFolder, file));

/** Jest on some of its projects; what it finds goes to a file as well. */
export function jest(projects: readonly string[], file: string, more: readonly string[] = []) {
  const args = ["--selectProjects", ...projects, "--json", `--outputFile=${file}`, ...more];
  return { program: tool("jest"), args };
}

const atATime = 2;

/** Runs parts side by side and prints a line for each. */
export async function runParts(
  parts: readonly Part[],
  { fix, print }: { fix: boolean; print: (line: string) => void },
): Promise<PartResult[]> {
  mkdirSync(logFolder, { recursive: true });
  const waiting = [...parts];
  const results: PartResult[] = [];
  const work = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift())
      results.push(await runPart(part, { fix, print }));
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return results;
}

async function runPart(
  part: Part,
  { fix, print }: { fix: boolean; print: (line: string) => void },
): Promise<PartResult> {
  const { name, program } = part;
  if (part.optional && !(await isInstalled(program))) {
    print(`skipped  ${name}: ${part.optional}`);
    return { name, failed: false, output: "", counts: noTests };
  }
  const started = Date.now();
  const args = (fix && part.fixArgs) || part.args;
  const result = await run(program, args, { cwd: root, env: part.env ?? process.env });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const failed = hasFailed(part, result);
  print(`${failed ? "FAILED " : "ok     "}  ${name} (${seconds} s)`);
  return { name, failed, output: outputOf(part, result), counts: countsOf(part) };
}

const hasFailed = ({ failsByOutput }: Part, { exitCode, stdout }: Result): boolean =>
  exitCode !== 0 || (failsByOutput === true && stdout !== "");

function countsOf({ counts }: Part): Counts {
  const written = counts && readIfThere(counts.file);
  return written ? counts.read(written) : noTests;
}

/** Test runners that write a result file may print the same on standard output, for machines. */
function outputOf({ jsonOnStdout }: Part, { stdout, stderr }: Result): string {
  return (jsonOnStdout && stderr.trim() !== "" ? stderr : `${stdout}${stderr}`).trim();
}

/** All tests together; a part that failed without a failed test counts as one, so that the sum never looks well. */
export function total(results: readonly PartResult[]): Counts {
  return results
    .map(({ failed, counts }) =>
      failed && counts.failed === 0 ? { ...counts, failed: 1 } : counts,
    )
    .reduce(add, noTests);
}

/** What the failed parts said. */
export const failures = (results: readonly PartResult[]): string =>
  results
    .filter(({ failed }) => failed)
    .map(({ name, output }) => `\n${name} failed:\n${output}`)
    .join("\n");
