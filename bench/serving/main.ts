// `npm run bench -- serving`: what the inference API costs beside the same service in FastAPI, and
// beside decoding and running the model alone. Rounds alternate between them, so that a busy moment
// of the machine meets all.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { logFolder, root } from "../../cli/paths";
import {
  demonstrationModel,
  modelStep,
  pythonStep,
  servingBenchPackages,
} from "../../cli/setup/python";
import { runSteps } from "../../cli/setup/steps";
import { table } from "../../cli/status";
import { checkAnswers } from "./answers";
import { type Competitor, startCompetitors } from "./competitors";
import { openLoop } from "./load";
import { type BenchPhoto, makePhotos } from "./photos";
import { cpuMsOf, residentMiBOf } from "./process-tree";
import { type Sample, cellsOf, markdownOf, rowsOf, verdictText, verdictsOf } from "./report";
import { percentile } from "./statistics";

const usage = `npm run bench -- serving [--seconds N] [--rounds N] [--workers N]

Compares the inference API with FastAPI + onnxruntime and with a bare loop: same model, same photos,
same number of workers. Takes some four minutes; a quiet machine gives better figures.

      --seconds N     length of each measurement (3); two for each server and photo in each round
      --rounds N      how often all are measured in turn (3)
      --workers N     worker threads of each (2)

The result goes to artifacts/bench/serving.md and serving.json as well.`;

const CONNECTIONS = 8;
/** Share of a server's own peak at which latencies are taken. */
const SHARE_OF_PEAK = 0.7;
const WARM_UP_SECONDS = 0.5;

interface Options {
  readonly seconds: number;
  readonly rounds: number;
  readonly workers: number;
}

async function main(): Promise<void> {
  const options = parsed(process.argv.slice(2));
  if (options === undefined) return console.log(usage);
  await runSteps([pythonStep, modelStep, servingBenchPackages.step], { logFolder });
  const artifacts = join(root, "artifacts", "bench");
  const folder = join(artifacts, "serving");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const photos = await makePhotos(folder);
  const competitors = await startCompetitors({
    model: demonstrationModel,
    workers: options.workers,
    connections: CONNECTIONS,
    python: servingBenchPackages.program("python"),
    folder,
  });
  for (const photo of photos) await checkAnswers(competitors, photo);
  const samples = await allRounds(competitors, { photos, ...options });
  report(samples, { competitors, photos, artifacts, options });
}

function parsed(args: string[]): Options | undefined {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    args,
    options: {
      seconds: text("3"),
      rounds: text("3"),
      workers: text("2"),
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const [seconds, rounds, workers] = [values.seconds, values.rounds, values.workers].map(Number);
  if (!(seconds! > 0) || ![rounds, workers].every((n) => Number.isInteger(n) && n! > 0))
    throw new Error(
      `--seconds takes a positive number, --rounds and --workers whole ones\n\n${usage}`,
    );
  return { seconds: seconds!, rounds: rounds!, workers: workers! };
}

async function allRounds(
  competitors: readonly Competitor[],
  { photos, rounds, seconds }: Options & { photos: readonly BenchPhoto[] },
): Promise<Sample[]> {
  for (const photo of photos)
    for (const competitor of competitors) await competitor.saturate(photo, WARM_UP_SECONDS);
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const photo of photos) {
      // Another one begins each time.
      for (const competitor of rotated(competitors, round))
        samples.push(await measured(competitor, { photo, seconds }));
      console.log(`round ${round} of ${rounds}: ${photo.name}`);
    }
  }
  return samples;
}

const rotated = <Item>(items: readonly Item[], by: number): Item[] => [
  ...items.slice(by % items.length),
  ...items.slice(0, by % items.length),
];

async function measured(
  { name, process: { pid }, url, saturate }: Competitor,
  { photo, seconds }: { photo: BenchPhoto; seconds: number },
): Promise<Sample> {
  const before = cpuMsOf(pid!);
  const { requests, perSecond } = await saturate(photo, seconds);
  const cpuMs = (cpuMsOf(pid!) - before) / requests;
  const sample = { competitor: name, photo: photo.name, cpuMs, perSecond };
  if (url === undefined) return sample;
  const latencies = await openLoop({ url, photo, seconds }, perSecond * SHARE_OF_PEAK);
  return { ...sample, p50Ms: percentile(latencies, 50), p99Ms: percentile(latencies, 99) };
}

interface Outcome {
  readonly competitors: readonly Competitor[];
  readonly photos: readonly BenchPhoto[];
  readonly artifacts: string;
  readonly options: Options;
}

function report(samples: readonly Sample[], outcome: Outcome): void {
  const { competitors, photos, artifacts, options } = outcome;
  const rows = rowsOf(samples);
  const cells = cellsOf(rows);
  const verdicts = verdictsOf(rows);
  const memoryMiB = Object.fromEntries(
    competitors.map(({ name, process: { pid } }) => [name, Math.round(residentMiBOf(pid!))]),
  );
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, Node.js ${process.version}`;
  const sizes = photos.map(({ name, bytes }) => `${name}: ${Math.round(bytes.length / 1024)} KiB`);
  const memory = Object.entries(memoryMiB).map(([name, mib]) => `${name} ${mib} MiB`);
  const notes = [
    `Median of ${options.rounds} rounds of ${options.seconds} s (least–most). ${options.workers} workers, ${CONNECTIONS} connections; latency at ${SHARE_OF_PEAK * 100} % of each server's own peak.`,
    `Resident memory at the end: ${memory.join(", ")}.`,
    `Photos: ${sizes.join(", ")}.`,
    `Machine: ${machine}.`,
  ];
  console.log(
    `\n${table(cells)}\n\n${notes.join("\n")}\n\n${verdicts.map(verdictText).join("\n")}`,
  );
  const markdown = [
    "# Serving",
    markdownOf(cells),
    ...notes,
    verdicts.map((v) => `- ${verdictText(v)}`).join("\n"),
  ];
  writeFileSync(join(artifacts, "serving.md"), `${markdown.join("\n\n")}\n`);
  const data = { machine, options, memoryMiB, rows, verdicts, samples };
  writeFileSync(join(artifacts, "serving.json"), `${JSON.stringify(data, undefined, 2)}\n`);
}

main().then(
  () => process.exit(0), // the competitors end with this
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
