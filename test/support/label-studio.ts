// Label Studio as programs and browsers use it: its API with the token, and its login form.
import { eventually } from "./eventually";

export interface Project {
  id: number;
  title: string;
  label_config: string;
  show_collab_predictions: boolean;
  task_number: number;
}

export interface Storage {
  id: number;
  bucket: string;
  presign: boolean;
  s3_endpoint: string | null;
  status: string;
  traceback: string | null;
}

export interface Task {
  id: number;
  data: Record<string, string>;
}

export interface Annotation {
  id: number;
  task: number;
  completed_by: number;
  result: { type: string; from_name: string; value: { choices?: string[] } }[];
}

interface User {
  id: number;
  email: string;
}

/** A loaded machine answers late. */
const timeoutSeconds = 60;
/** Longer than any test's list. */
const pageSize = 1000;

export class LabelStudioClient {
  constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  /** Answer of the API as the owner of the token; throws unless it is good. */
  async api<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.request(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** The same, whatever the answer is. */
  request(method: string, path: string, body?: object): Promise<Response> {
    return this.fetch(path, {
      method,
      headers: { authorization: `Token ${this.token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
  }

  whoAmI = (): Promise<User> => this.api("GET", "/api/current-user/whoami");

  users = (): Promise<User[]> => this.api("GET", "/api/users/");

  /** The projects with this title. */
  async projects(title = "Evaluation"): Promise<Project[]> {
    const query = `page_size=${pageSize}&title=${encodeURIComponent(title)}`;
    return (await this.api<{ results: Project[] }>("GET", `/api/projects/?${query}`)).results;
  }

  storages = (project: number): Promise<Storage[]> =>
    this.api("GET", `/api/storages/s3/?project=${project}`);

  /** Makes tasks of what is new in the bucket. */
  async sync({ id }: Storage): Promise<void> {
    await this.api("POST", `/api/storages/s3/${id}/sync`);
    await eventually(async () => {
      const { status, traceback } = await this.api<Storage>("GET", `/api/storages/s3/${id}`);
      if (status !== "completed") throw new Error(`storage ${id} is ${status}: ${traceback}`);
    });
  }

  /** Their data as it is stored, with no address of Label Studio's in place of the store's. */
  async tasks(project: number): Promise<Task[]> {
    const query = `project=${project}&page_size=${pageSize}&resolve_uri=false`;
    return (await this.api<{ tasks: Task[] }>("GET", `/api/tasks?${query}`)).tasks;
  }

  annotations = (task: number): Promise<Annotation[]> =>
    this.api("GET", `/api/tasks/${task}/annotations/`);

  /** Fills in the login form; the session's cookies, or nothing where the form comes back. */
  async logIn(email: string, password: string): Promise<string | undefined> {
    const answer = await this.submit("/user/login/", { email, password });
    return answer.status === 302 ? cookiesOf(answer).join("; ") : undefined;
  }

  /** Fills in a form and sends it, as a browser does. */
  async submit(path: string, fields: Record<string, string>): Promise<Response> {
    const page = await this.fetch(path);
    const [, csrf = ""] =
      /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(await page.text()) ?? [];
    return this.fetch(path, {
      method: "POST",
      headers: { cookie: cookiesOf(page).join("; "), origin: this.url },
      body: new URLSearchParams({ ...fields, csrfmiddlewaretoken: csrf }),
      redirect: "manual",
    });
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    return fetch(new URL(path, this.url), { ...init, signal });
  }
}

const cookiesOf = (response: Response): string[] =>
  response.headers.getSetCookie().map((cookie) => cookie.replace(/;.*/s, ""));
