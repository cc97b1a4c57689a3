// A Jupyter server over HTTP, by its token.

/** Longer than a loaded machine needs to start a kernel. */
const timeoutSeconds = 120;

export class JupyterClient {
  /** @param token undefined: as somebody who has none */
  constructor(
    readonly url: string,
    readonly token: string | undefined,
  ) {}

  /** The same server for somebody with another token, or with none. */
  as(token: string | undefined): JupyterClient {
    return new JupyterClient(this.url, token);
  }

  async status(path: string, init: RequestInit = {}): Promise<number> {
    const response = await this.send(path, init);
    await response.arrayBuffer();
    return response.status;
  }

  async text(path: string): Promise<string> {
    return (await this.done(path)).text();
  }

  /** Names in the work folder, sorted. */
  async files(): Promise<string[]> {
    const folder = await this.json<{ content: { name: string }[] }>("/api/contents");
    return folder.content.map(({ name }) => name).sort();
  }

  async readNotebook(path: string): Promise<Notebook> {
    return (await this.json<{ content: Notebook }>(`/api/contents/${path}`)).content;
  }

  async writeNotebook(path: string, content: Notebook): Promise<void> {
    const body = JSON.stringify({ type: "notebook", content });
    await this.json(`/api/contents/${path}`, { method: "PUT", body });
  }

  async remove(path: string): Promise<void> {
    await this.done(`/api/contents/${path}`, { method: "DELETE" });
  }

  /** Ends all kernels, which hold memory for as long as they run. */
  async stopKernels(): Promise<void> {
    const sessions = await this.json<{ id: string }[]>("/api/sessions");
    for (const { id } of sessions) await this.done(`/api/sessions/${id}`, { method: "DELETE" });
    const kernels = await this.json<{ id: string }[]>("/api/kernels");
    for (const { id } of kernels) await this.done(`/api/kernels/${id}`, { method: "DELETE" });
  }

  async startKernel(): Promise<void> {
    await this.done("/api/kernels", { method: "POST", body: "{}" });
  }

  private async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    return (await (await this.done(path, init)).json()) as T;
  }

  private async done(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.send(path, init);
    if (!response.ok)
      throw new Error(
        `${init.method ?? "GET"} ${path}: ${response.status} ${await response.text()}`,
      );
    return response;
  }

  private send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.token !== undefined) headers.set("authorization", `token ${this.token}`);
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    return fetch(new URL(path, this.url), { redirect: "manual", ...init, headers, signal });
  }
}

/** Of the notebook format, what tests look at. */
export interface Notebook {
  cells: Cell[];
  metadata: object;
  nbformat: number;
  nbformat_minor: number;
}

export interface Cell {
  id: string;
  cell_type: "code" | "markdown";
  source: string | string[];
  metadata: object;
  execution_count?: number | null;
  outputs?: Output[];
}

export interface Output {
  output_type: "stream" | "display_data" | "execute_result" | "error";
  name?: string;
  text?: string | string[];
  data?: Record<string, string | string[]>;
}

/** A notebook of one cell of code. */
export const oneCell = (source: string): Notebook => ({
  cells: [
    {
      id: "only",
      cell_type: "code",
      source,
      metadata: {},
      execution_count: null,
      outputs: [],
    },
  ],
  metadata: { kernelspec: { display_name: "Python 3", language: "python", name: "python3" } },
  nbformat: 4,
  nbformat_minor: 5,
});

/** What a cell said in words: what it printed, and results as plain text. */
export function textOfCell(notebook: Notebook, id: string): string {
  return outputsOf(notebook, id)
    .flatMap(({ text, data }) => text ?? data?.["text/plain"] ?? [])
    .join("");
}

/** Plots of a cell, each as PNG. */
export function plotsOfCell(notebook: Notebook, id: string): Buffer[] {
  return outputsOf(notebook, id)
    .flatMap(({ data }) => (data?.["image/png"] ? [[data["image/png"]].flat().join("")] : []))
    .map((base64) => Buffer.from(base64, "base64"));
}

function outputsOf({ cells }: Notebook, id: string): Output[] {
  const cell = cells.find((one) => one.id === id);
  if (!cell) throw new Error(`no cell "${id}"; there are ${cells.map((one) => one.id).join(", ")}`);
  return cell.outputs ?? [];
}

/** Rows of a table with one column of numbers, as pandas writes it: a label, and at the end of the line its number. */
export function numbersByLabel(table: string): Record<string, number> {
  const rows = table.split("\n").flatMap((line) => {
    const [, label, number] = /^(\S.*?)\s+(\d+)$/.exec(line) ?? [];
    return label === undefined ? [] : [[label, Number(number)] as const];
  });
  return Object.fromEntries(rows);
}
