// Airflow's image as the stack runs it, on a real PostgreSQL and object store, each part within its memory.
import { airflow } from "../infra/services/airflow";
import { trainer } from "../infra/services/trainer";
import { AirflowClient } from "./support/airflow-client";
import { AirflowContainers } from "./support/airflow-containers";
import { docker } from "./support/docker";
import { eventually } from "./support/eventually";
import { TrainerContainer } from "./support/trainer-container";

const minutes = 60_000;
const dags = ["check_connections", "test_training"];
const parts = airflow([])
  .filter(({ kind }) => kind === "service")
  .map(({ name }) => name);

let containers: AirflowContainers;
let student: AirflowClient;

beforeAll(async () => {
  containers = await AirflowContainers.start();
  student = await containers.client("airflow-student");
}, 30 * minutes);
afterAll(() => containers?.remove(), 2 * minutes);

describe("DAG files", () => {
  it(
    "load without a network, a connection, a program, or what tasks need",
    async () => {
      const printed = await containers.python(loadDags);
      const { errors, loaded, needed } = JSON.parse(printed.trim().split("\n").pop()!) as Loaded;
      expect(errors).toEqual({});
      expect(loaded).toEqual(dags);
      expect(needed).toEqual([]);
    },
    5 * minutes,
  );

  it("are there as soon as the parts are healthy, ready to be started", async () => {
    expect(await student.importErrors()).toEqual([]);
    const found = await student.dags();
    expect(found.map(({ dag_id }) => dag_id).sort()).toEqual(dags);
    for (const dag of found)
      expect(dag).toMatchObject({ is_paused: false, has_import_errors: false });
  });
});

describe("accounts", () => {
  const forStudents: [number, string, string, object | undefined][] = [
    [403, "GET", "/api/v2/connections", undefined],
    [403, "POST", "/api/v2/connections", { connection_id: "mine", conn_type: "http" }],
    [403, "GET", "/api/v2/variables", undefined],
    [403, "POST", "/api/v2/variables", { key: "mine", value: "1" }],
    [403, "POST", "/api/v2/pools", { name: "mine", slots: 1 }],
    [403, "GET", "/api/v2/config", undefined],
    [403, "GET", "/auth/fab/v1/users", undefined],
    [403, "GET", "/auth/fab/v1/roles", undefined],
    [403, "DELETE", "/api/v2/dags/check_connections", undefined],
    [200, "GET", "/api/v2/dags/check_connections", undefined],
    [200, "PATCH", "/api/v2/dags/check_connections", { is_paused: false }],
  ];

  it.each(forStudents)("answer %i to a student's %s %s", async (status, method, path, body) => {
    expect((await student.request(method, path, body)).status).toBe(status);
  });

  it("let the administrator do what students may not", async () => {
    const administrator = await containers.client("airflow-admin");
    for (const path of ["/api/v2/connections", "/api/v2/variables", "/auth/fab/v1/users"])
      expect((await administrator.request("GET", path)).status).toBe(200);
  });

  it("are closed to wrong passwords and to nobody at all", async () => {
    const url = await containers.url();
    for (const user of ["admin", "student", "nobody"])
      expect((await AirflowClient.askForToken(url, user, "a wrong password")).status).toBe(401);
    for (const path of ["/api/v2/dags", "/api/v2/connections", "/auth/fab/v1/users"])
      expect((await fetch(`${url}${path}`)).status).toBe(401);
  });

  it(
    "come with the passwords of the last deployment, the others being void",
    async () => {
      const url = await containers.url();
      const login = containers.credentials["airflow-student"]!;
      const before = login.password;
      login.password = "another-password-of-32-characters";
      await containers.migrate();
      student = await containers.client("airflow-student");
      expect((await AirflowClient.askForToken(url, login.user, before)).status).toBe(401);
      await expect(containers.client("airflow-admin")).resolves.toBeInstanceOf(AirflowClient);
      // A second time changes nothing.
      await containers.migrate();
      await expect(containers.client("airflow-student")).resolves.toBeInstanceOf(AirflowClient);
    },
    10 * minutes,
  );

  it("keep their session in a cookie that no other service on the host uses", async () => {
    const page = await fetch(`${await containers.url()}/auth/login/`);
    const cookies = page.headers.getSetCookie().map((cookie) => cookie.split("=")[0]);
    expect(cookies).toEqual(["airflow-session"]);
  });

  it(
    "log in a class at the same minute, within the memory of the API server",
    async () => {
      const url = await containers.url();
      const { user, password } = containers.credentials["airflow-student"]!;
      const logins = Array.from({ length: 30 }, () =>
        AirflowClient.askForToken(url, user, password),
      );
      const answers = await Promise.all(logins);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    },
    5 * minutes,
  );
});

it(
  "answers far more requests at once than there are database connections",
  async () => {
    const paths = ["/ui/dags?limit=50", "/api/v2/dags", "/ui/grid/runs/check_connections"];
    const start = Date.now();
    const requests = Array.from({ length: 300 }, async (_, at) => {
      const answer = await student.request("GET", paths[at % paths.length]!);
      await answer.text();
      return answer.status;
    });
    expect(new Set(await Promise.all(requests))).toEqual(new Set([200]));
    // Without a queue they block each other for the 30 s that a connection is waited for, again and again.
    expect(Date.now() - start).toBeLessThan(50_000);
  },
  5 * minutes,
);

describe("DAG runs", () => {
  it(
    "check what there is, and say of what isn't there which service, where and what to do",
    async () => {
      const ended = await student.ended(await student.trigger("check_connections"));
      expect(await student.states(ended)).toEqual({
        database: "success",
        object_store: "success",
        label_studio: "skipped",
        inference: "failed",
      });
      expect(ended.state).toBe("failed");
      expect(await student.log(ended, "database")).toContain("database loop as airflow-loop");
      expect(await student.log(ended, "object_store")).toContain("production, models, labeling");
      expect(await student.log(ended, "inference")).toMatch(
        /inference API at http:\/\/inference:8000.*see that service inference runs/,
      );
    },
    10 * minutes,
  );

  it(
    "send a job to the trainer and get its result",
    async () => {
      const worker = await TrainerContainer.start({
        ...containers.database.superuser,
        ...containers.credentials["database-trainer"],
        database: "loop",
      });
      try {
        const run = await student.trigger("test_training", { seconds: 20 });
        expect(await student.ended(run)).toMatchObject({ state: "success" });
        // Each look at the job counts as an attempt of the task.
        const { wait } = await student.tasks(run);
        expect(wait!.try_number).toBeGreaterThan(1);
        const log = await student.log(run, "wait", wait!.try_number);
        expect(log).toContain("is succeeded, attempt 1 of");
      } finally {
        await worker.remove();
      }
    },
    20 * minutes,
  );

  it(
    "end well though the scheduler is killed while a task runs",
    async () => {
      const store = await storeContainer();
      await docker("pause", store);
      const run = await student.trigger("check_connections");
      try {
        await eventually(
          async () => expect((await student.states(run))["object_store"]).toBe("running"),
          { withinSeconds: 120 },
        );
        await containers.kill("airflow-scheduler");
      } finally {
        await docker("unpause", store);
      }
      await containers.restart("airflow-scheduler");
      await student.ended(run, 600);
      const { object_store: task } = await student.tasks(run);
      expect(task).toMatchObject({ state: "success", try_number: 2 });
    },
    15 * minutes,
  );

  it("keep the logs of tasks where only these are", async () => {
    const { stdout } = await containers.exec("airflow-scheduler", "ls", "/opt/airflow/logs");
    expect(
      stdout
        .trim()
        .split("\n")
        .every((name) => name.startsWith("dag_id=")),
    ).toBe(true);
  });

  it("leave no part without memory", async () => {
    for (const part of parts) {
      const { State, Config } = await containers.inspect(part);
      expect([part, State.OOMKilled, Config.User]).toEqual([part, false, "airflow"]);
    }
  });
});

it("gives tasks the role of the loop's database and not Airflow's own", () => {
  const tables = { training_jobs: ["select", "insert"] };
  const needs = airflow([]).map((spec) => spec.needs?.database);
  expect(needs).toContainEqual({ name: "loop", role: "airflow-loop", tables });
  expect(trainer().needs!.database!.role).not.toBe("airflow-loop");
});

const storeContainer = async () => {
  const [, port] = containers.store.address.split(":");
  return (await docker("ps", "--quiet", "--filter", `publish=${port}`)).trim();
};

interface Loaded {
  errors: Record<string, string>;
  loaded: string[];
  needed: string[];
}

/** Python: reads the DAG files as the DAG processor does, and fails on what opens a connection or starts a program. */
const loadDags = `
import json, sys
from airflow.dag_processing.dagbag import DagBag

def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"):
        raise RuntimeError(f"a DAG file did this when it was loaded: {event} {arguments}")

sys.addaudithook(hook)
before = set(sys.modules)
bag = DagBag("/opt/airflow/dags")
needed = [name for name in set(sys.modules) - before if name in ("psycopg", "minio", "loop", "numpy", "pandas")]
print(json.dumps({"errors": bag.import_errors, "loaded": sorted(bag.dags), "needed": needed}))
`;
