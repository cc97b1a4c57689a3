// The whole catalogue on the memory of a small machine, used as people do, part after part (test/catalogue).
import { airflow } from "./catalogue/airflow";
import { backup } from "./catalogue/backup";
import { benchmark } from "./catalogue/benchmark";
import { jupyter } from "./catalogue/jupyter";
import { labelStudio } from "./catalogue/label-studio";
import { idle, memory, responsiveness } from "./catalogue/memory";
import { minio } from "./catalogue/minio";
import { portal } from "./catalogue/portal";
import { reach } from "./catalogue/reach";
import { restarts } from "./catalogue/restarts";
import { rotation } from "./catalogue/rotation";
import { secrets } from "./catalogue/secrets";
import { teardown } from "./catalogue/teardown";
import { trainer } from "./catalogue/trainer";
import { Whole, minutes } from "./catalogue/whole-stack";

// Each step waits for real processes, on a machine that may have two busy cores.
jest.setTimeout(2 * minutes);

describe("the whole catalogue on a machine of 4 GB", () => {
  let stack: Whole;
  const whole = () => stack;

  beforeAll(async () => {
    stack = await Whole.create();
    await stack.up();
  }, 30 * minutes);

  afterAll(() => stack.dispose(), 5 * minutes);

  // What can be told of a stack that nobody has used yet.
  idle(whole);
  benchmark(whole);
  reach(whole);

  portal(whole);
  minio(whole);
  labelStudio(whole);
  trainer(whole);
  airflow(whole);
  jupyter(whole);
  responsiveness(whole);

  // Behind what makes logs and rows.
  secrets(whole);
  restarts(whole);
  rotation(whole);
  backup(whole);
  memory(whole);
  teardown(whole);
});
