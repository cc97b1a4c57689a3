// Airflow's API as one of its accounts uses it.
import { eventually } from "./eventually";

export interface DagRun {
  dag_id: string;
  dag_run_id: string;
  state: "queued" | "running" | "success" | "failed";
}

export interface TaskInstance {
  task_id: string;
  state: string | null;
  try_number: number;
}

interface Dag {
  dag_id: string;
  is_paused: boolean;
  has_import_errors: boolean;
}

/** What a client needs to know of a stack. */
interface Stack {
  endpoints: { airflow: { url: string } };
  credentials: Record<string, { user: string; password: string }>;
}

const endSeconds = 420;

export class AirflowClient {
  private constructor(
    readonly url: string,
    private readonly token: string,
  ) {}

  /** As the account of a credential. */
  static async login({ endpoints, credentials }: Stack, credential: string) {
    const { user, password } = credentials[credential]!;
    const { url } = endpoints.airflow;
    const response = await AirflowClient.askForToken(url, user, password);
    const body = await response.text();
    if (response.status !== 201)
      throw new Error(`${user} got no token: ${response.status} ${body}`);
    return new AirflowClient(url, (JSON.parse(body) as { access_token: string }).access_token);
  }

  static askForToken(url: string, username: string, password: string): Promise<Response> {
    return send(`${url}/auth/token`, "POST", {}, { username, password });
  }

  request(method: string, path: string, body?: object): Promise<Response> {
    return send(`${this.url}${path}`, method, { authorization: `Bearer ${this.token}` }, body);
  }

  async dags(): Promise<Dag[]> {
    return (await this.json<{ dags: Dag[] }>("GET", "/api/v2/dags")).dags;
  }

  async importErrors(): Promise<unknown[]> {
    const path = "/api/v2/importErrors";
    return (await this.json<{ import_errors: unknown[] }>("GET", path)).import_errors;
  }

  trigger(dag: string, conf: object = {}): Promise<DagRun> {
    const body = { logical_date: null, conf };
    return this.json<DagRun>("POST", `/api/v2/dags/${dag}/dagRuns`, body);
  }

  /** Resolves when a run has ended, well or not. */
  ended(run: DagRun, withinSeconds = endSeconds): Promise<DagRun> {
    return eventually(
      async () => {
        const now = await this.json<DagRun>("GET", runPath(run));
        if (now.state === "queued" || now.state === "running")
          throw new Error(`${run.dag_id} is ${now.state}: ${await this.inWords(run)}`);
        return now;
      },
      { withinSeconds, everyMs: 1000 },
    );
  }

  async tasks(run: DagRun): Promise<Record<string, TaskInstance>> {
    const path = `${runPath(run)}/taskInstances`;
    const found = await this.json<{ task_instances: TaskInstance[] }>("GET", path);
    return Object.fromEntries(found.task_instances.map((task) => [task.task_id, task]));
  }

  /** State by task. */
  async states(run: DagRun): Promise<Record<string, string | null>> {
    const tasks = Object.values(await this.tasks(run));
    return Object.fromEntries(tasks.map(({ task_id, state }) => [task_id, state]));
  }

  async log(run: DagRun, task: string, attempt = 1): Promise<string> {
    const path = `${runPath(run)}/taskInstances/${task}/logs/${attempt}?full_content=true`;
    return JSON.stringify((await this.json<{ content: unknown }>("GET", path)).content);
  }

  private async inWords(run: DagRun): Promise<string> {
    return JSON.stringify(await this.states(run));
  }

  private async json<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.request(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} gave ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}

const runPath = ({ dag_id, dag_run_id }: DagRun) =>
  `/api/v2/dags/${dag_id}/dagRuns/${encodeURIComponent(dag_run_id)}`;

function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Response> {
  return fetch(url, {
    method,
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
    redirect: "manual",
    signal: AbortSignal.timeout(60_000),
  });
}
