// The whole catalogue on another machine: its Docker Engine restarts, the machine itself does, and a backup of it comes back.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AirflowClient } from "./support/airflow-client";
import { dataOf, tablesOf } from "./support/backups";
import { restartEngine } from "./support/engine-restart";
import { eventually } from "./support/eventually";
import { LabMachine } from "./support/lab-machine";
import { LabelStudioClient } from "./support/label-studio";
import { LoopClient } from "./support/loop-client";
import { realPhoto } from "./support/photos";
import { TestStack } from "./support/test-stack";

const minutes = 60_000;
jest.setTimeout(5 * minutes);

const folder = mkdtempSync(join(tmpdir(), "feedback-loop-second-machine-"));

let machine: LabMachine;
let stack: TestStack;
let client: LoopClient;
let before: Awaited<ReturnType<typeof everything>>;

beforeAll(async () => {
  machine = await LabMachine.boot();
  stack = await TestStack.create([
    ...machine.stackSettings(),
    ["components", "auto"],
    ["healthTimeoutSeconds", "600"],
  ]);
  await stack.setConfig("imageRegistry", `${await LabMachine.registry()}/${stack.name}`);
  await stack.succeed("images", "push", "-s", stack.name);
  await stack.succeed("start", "-s", stack.name);
  client = new LoopClient(await stack.endpoints(), await stack.credentials());
}, 45 * minutes);

afterAll(async () => {
  await machine?.dispose();
  stack?.discard();
  rmSync(folder, { recursive: true });
}, 2 * minutes);

/** What people made in each part of the stack. */
async function everything() {
  const ofLabelStudio = await tablesOf(client.database("label-studio"));
  const ofAirflow = await tablesOf(client.database("airflow"));
  return {
    loop: await dataOf(client),
    tasks: ofLabelStudio["public.task"],
    annotations: ofLabelStudio["public.task_completion"],
    runs: ofAirflow["public.dag_run"],
  };
}

async function labelledTask(): Promise<void> {
  const { labelStudio } = await stack.endpoints();
  const { password: token } = (await stack.credentials())["label-studio-token"]!;
  const asked = new LabelStudioClient(labelStudio.url, token);
  const [project] = await asked.projects();
  const made = await asked.request("POST", `/api/projects/${project!.id}/import`, [
    { image: "s3://labeling/a-photo.jpg" },
  ]);
  expect(made.status).toBe(201);
  const [task] = await asked.tasks(project!.id);
  const annotation = { result: [], was_cancelled: true };
  const label = await asked.request("POST", `/api/tasks/${task!.id}/annotations/`, annotation);
  expect(label.status).toBe(201);
}

async function finishedRun(): Promise<void> {
  const [endpoints, credentials] = [await stack.endpoints(), await stack.credentials()];
  const airflow = await AirflowClient.login({ endpoints, credentials }, "airflow-student");
  const { state } = await airflow.ended(await airflow.trigger("check_connections"));
  expect(state).toBe("success");
}

/** Everybody can work as before, and nothing is lost. */
async function isAsBefore(): Promise<void> {
  expect(await everything()).toEqual(before);
  const { portal } = await stack.endpoints();
  expect(await (await fetch(portal.url)).text()).toContain("Everything is running.");
}

it("is worked with, in every part", async () => {
  await client.save(realPhoto("food11_3_411.jpg"));
  await labelledTask();
  await finishedRun();
  before = await everything();
  for (const { rows } of [before.tasks!, before.annotations!, before.runs!]) expect(rows).toBe(1);
});

it("returns by itself when its Docker Engine restarts", async () => {
  await restartEngine(machine, stack.name, { withinSeconds: 240 });
  await eventually(isAsBefore, { withinSeconds: 60 });
});

it("returns by itself when the machine reboots", async () => {
  const list = "docker ps --all --format '{{.Status}}'";
  const all = (await machine.run(list)).trim().split("\n").length;
  await machine.command("reboot");
  await eventually(
    async () => {
      const well = (await machine.run(list)).match(/\(healthy\)/g) ?? [];
      expect(well).toHaveLength(all);
    },
    { withinSeconds: 240, everyMs: 1000 },
  );
  await eventually(isAsBefore, { withinSeconds: 60 });
});

it(
  "is backed up over ssh, and comes back to what it was",
  async () => {
    const file = join(folder, "backup.tar");
    await stack.succeed("backup", "-s", stack.name, "--out", file);
    await client.save(realPhoto("food11_3_411.jpg"));
    await finishedRun();
    expect(await everything()).not.toEqual(before);
    await stack.succeed("restore", file, "-s", stack.name, "--replace", "--yes");
    await eventually(isAsBefore, { withinSeconds: 60 });
  },
  15 * minutes,
);

it("has the passwords that it had before, and needs no change", async () => {
  const { labelStudio } = await stack.endpoints();
  const { user, password } = (await stack.credentials())["label-studio-annotator"]!;
  expect(await new LabelStudioClient(labelStudio.url, "").logIn(user, password)).toBeDefined();
  expect(await stack.planned()).toEqual([]);
});
