// The Jupyter container beside a real PostgreSQL and object store: who gets in, what its first notebook shows of
// an empty log and of one with photos, what stays when it restarts, and what happens when memory runs out.
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { classFolder, FOOD_CLASSES } from "@feedback-loop/contract";
import { provisionDatabases } from "../app/provision/database";
import type { ProvisionPlan } from "../app/provision/plan";
import { jupyter } from "../infra/services/jupyter";
import { databaseName, photoBucket } from "../infra/services/stores";
import { docker, inspect } from "./support/docker";
import { eventually } from "./support/eventually";
import { numbersByLabel, oneCell, plotsOfCell, textOfCell } from "./support/jupyter-client";
import { JupyterContainer, runNotebook } from "./support/jupyter-container";
import { drawnPhoto } from "./support/photos";
import { connected, PostgresContainer } from "./support/postgres-container";
import { type S3Server, startS3Server } from "./support/s3-server";
import { root } from "./support/test-stack";

const minutes = 60_000;
const notebook = "prediction-log.ipynb";
/** The spec's role and rights. */
const needs = jupyter().needs!.database as Pick<ProvisionPlan["roles"][number], "tables"> & {
  role: string;
};
const password = randomBytes(16).toString("hex");

let postgres: PostgresContainer;
let store: S3Server;
let container: JupyterContainer;

beforeAll(async () => {
  postgres = await PostgresContainer.start();
  await provisionDatabases(
    postgres.superuser,
    {
      databases: [{ name: databaseName }],
      roles: [
        {
          name: needs.role,
          database: databaseName,
          passwordVariable: "UNUSED",
          password,
          tables: needs.tables,
        },
      ],
      migrations: join(root, "app/database/migrations"),
    },
    () => undefined,
  );
  store = await startS3Server(photoBucket);
  container = await JupyterContainer.start({
    databasePort: postgres.superuser.port!,
    objectStore: `http://${store.address}`,
    logins: {
      "database-jupyter": { user: needs.role, password },
      "object-store-jupyter": { user: store.accessKey, password: store.secretKey },
    },
  });
}, 10 * minutes);
afterAll(async () => {
  await container?.dispose();
  await store?.dispose();
  await postgres?.remove();
}, 2 * minutes);

describe("who gets in", () => {
  it("needs the token for everything but its version and the login page", async () => {
    const { client } = container;
    const stranger = client.as(undefined);
    for (const path of ["/api/contents", "/api/kernels", "/api/terminals", "/api/sessions"]) {
      expect(await stranger.status(path)).toBe(403);
      expect(await client.as("wrong").status(path)).toBe(403);
      expect(await client.status(path)).toBe(200);
    }
    expect(await stranger.status("/api")).toBe(200);
    expect(await stranger.status("/lab")).toBe(302);
    expect(await stranger.status("/login")).toBe(200);
  });

  it(
    "keeps the token out of its log, its command lines and its kernels",
    async () => {
      const { client } = container;
      const token = client.token!;
      expect(await client.as(undefined).status(`/api/status?token=${token}`)).toBe(200);
      await client.startKernel();
      const environment = await kernels("environ");
      const commands = await docker("top", container.id, "-eo", "pid,args");
      await client.stopKernels();
      const log = await container.log();
      expect(log).toContain("/lab?token=...");
      expect(commands).toContain("ipykernel");
      expect(environment).toContain("DATABASE_USER=jupyter");
      for (const text of [log, commands, environment]) expect(text).not.toContain(token);
    },
    2 * minutes,
  );

  it("offers no other password, no extensions to install and no news", async () => {
    const { client } = container;
    expect(await client.as(undefined).text("/login?next=%2Flab")).not.toContain("new_password");
    const page = await client.text("/lab");
    expect(page).toContain('"can_install": false');
    expect(page).toContain('"news": {"disabled": true}');
    expect(page).toContain('"@jupyterlab/apputils-extension:announcements"');
  });
});

describe("the notebook about the prediction log", () => {
  const none = Object.fromEntries(FOOD_CLASSES.map((name) => [name, 0]));

  it(
    "says so where the log is empty",
    async () => {
      const run = await runNotebook(container.id, notebook);
      expect(textOfCell(run, "load")).toContain("The prediction log is empty");
      expect(numbersByLabel(textOfCell(run, "counts"))).toEqual(none);
      expect(textOfCell(run, "photos")).toContain("no photo to show");
    },
    5 * minutes,
  );

  it(
    "counts what the database has, and shows plots and photos",
    async () => {
      await predict([3, 3, 3, 9]);
      const run = await runNotebook(container.id, notebook);
      expect(textOfCell(run, "load")).toContain("4 predictions in the log");
      expect(numbersByLabel(textOfCell(run, "counts"))).toEqual({ ...none, Egg: 3, Soup: 1 });
      expect(numbersByLabel(textOfCell(run, "feedback"))).toEqual({
        "that's right": 1,
        "that's wrong": 0,
        "it's another class": 1,
        nothing: 2,
      });
      expect(textOfCell(run, "corrections")).toMatch(/Egg\s+1/);
      for (const cell of ["counts-plot", "confidence", "photos"])
        expect(plotsOfCell(run, cell)).toHaveLength(1);
      // Four photos and their titles are more to draw than an empty grid is.
      expect(plotsOfCell(run, "photos")[0]!.length).toBeGreaterThan(20_000);
    },
    5 * minutes,
  );

  it("leaves its own file as it was shipped", async () => {
    const { cells } = await container.client.readNotebook(notebook);
    expect(cells.flatMap(({ outputs = [] }) => outputs)).toEqual([]);
  });
});

describe("a restart", () => {
  it(
    "keeps what people made and changed, and brings back what they deleted",
    async () => {
      const { client } = container;
      const changed = await client.readNotebook(notebook);
      changed.cells[0]!.source = "# Mine";
      await client.writeNotebook(notebook, changed);
      await client.writeNotebook("own.ipynb", oneCell("1 + 1"));
      await container.restart();
      expect(await client.files()).toEqual(["own.ipynb", notebook]);
      expect((await client.readNotebook(notebook)).cells[0]!.source).toBe("# Mine");
      await client.remove(notebook);
      await container.restart();
      expect((await client.readNotebook(notebook)).cells[0]!.source).toContain("prediction log");
      expect(await client.files()).toEqual(["own.ipynb", notebook]);
    },
    5 * minutes,
  );
});

describe("a kernel that wants all the memory", () => {
  it(
    "goes, and the server stays",
    async () => {
      const { client } = container;
      await client.writeNotebook("greedy.ipynb", oneCell("b'x' * (400 << 20)"));
      const before = await inspect(container.id);
      await expect(runNotebook(container.id, "greedy.ipynb")).rejects.toThrow("Kernel died");
      await client.startKernel();
      expect(await kernels("oom_score_adj")).toBe("1000");
      await client.stopKernels();
      expect((await inspect(container.id)).State.StartedAt).toBe(before.State.StartedAt);
      const log = await container.log();
      expect(log.match(/is running at/g)).toHaveLength(3);
      expect(log).toContain("Culling kernels even with connected clients");
      await client.remove("greedy.ipynb");
    },
    5 * minutes,
  );
});

/** A file of the `/proc` folders of all kernels, once there is one. */
async function kernels(file: string): Promise<string> {
  // The pattern doesn't match the command line that it is itself part of.
  const script = `for process in /proc/[0-9]*; do
    grep -qa "ipykernel_launche[r]" "$process/cmdline" && tr '\\0' '\\n' < "$process/${file}"
  done; true`;
  return eventually(async () => {
    const content = await docker("exec", container.id, "bash", "-c", script);
    if (content.trim() === "") throw new Error("no kernel runs");
    return content.trim();
  });
}

/** Adds a prediction of each of these classes with its photo. The first is agreed with, the second corrected. */
async function predict(classes: readonly number[]): Promise<void> {
  const photo = readFileSync(drawnPhoto());
  await connected({ ...postgres.superuser, database: databaseName }, async (db) => {
    for (const [at, index] of classes.entries()) {
      const id = randomUUID();
      const key = `${classFolder(index)}/${id}.jpg`;
      await store.client.putObject(photoBucket, key, photo);
      await db.query(
        `INSERT INTO predictions (id, object_key, class_index, probability, probabilities, model_version, predicted_at)
         VALUES ($1, $2, $3, 0.9, $4, 'test', now())`,
        [id, key, index, FOOD_CLASSES.map((_, place) => (place === index ? 0.9 : 0.01))],
      );
      const kind = (["agree", "correction"] as const)[at];
      if (!kind) continue;
      await db.query(
        `INSERT INTO feedback (id, prediction_id, kind, class_index, given_at)
         VALUES ($1, $2, $3, $4, now())`,
        [randomUUID(), id, kind, kind === "correction" ? 9 : null],
      );
    }
  });
}
